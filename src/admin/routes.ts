import type { Route } from './route.ts'
import { healthRoutes } from './routes/health.ts'

/** Everything that the admin listener answers, besides the files of the dashboard. */
export const routes: readonly Route[] = [...healthRoutes]

export type FoundRoute =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'method'; readonly allow: string }
  | { readonly kind: 'unknown' }

export function findRoute(method: string, path: string): FoundRoute {
  const here = routes.filter((route) => route.path === path)
  const route = here.find((one) => one.method === method)
  if (route !== undefined) return { kind: 'route', route }
  if (here.length === 0) return { kind: 'unknown' }
  return {
    kind: 'method',
    allow: here.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method])).join(', '),
  }
}
