import { StaticFiles } from './static-files.ts'

/**
 * Written for browsers, so not compiled: the one folder serves the sources, `dist/` and the published package. The way to it is
 * the same from `src/admin/` and from `dist/admin/`.
 */
const PAGES = new URL('../../src/admin/dashboard/', import.meta.url)

/** The dashboard, and uPlot's files as npm installed them. */
export function dashboardFiles(): StaticFiles {
  const files = new StaticFiles()
  files.addFolder(PAGES)
  files.addFile('uplot.js', new URL('./uPlot.esm.js', uplotFolder()))
  files.addFile('uplot.css', new URL('./uPlot.min.css', uplotFolder()))
  return files
}

/** Wherever npm put it: beside this package, or above it. */
function uplotFolder(): URL {
  return new URL('./dist/', import.meta.resolve('uplot/package.json'))
}
