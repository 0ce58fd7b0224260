import type { Route } from './route.ts'
import { adviceRoutes } from './routes/advice.ts'
import { healthRoutes } from './routes/health.ts'
import { logRoutes } from './routes/log.ts'
import { orderRoutes } from './routes/orders.ts'
import { originRoutes } from './routes/origins.ts'
import { reloadRoutes } from './routes/reload.ts'
import { statusRoutes } from './routes/status.ts'
import { storeRoutes } from './routes/store.ts'
import { trafficRoutes } from './routes/traffic.ts'

/** Everything that the admin listener answers, besides the files of the dashboard. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...statusRoutes,
  ...trafficRoutes,
  ...adviceRoutes,
  ...originRoutes,
  ...storeRoutes,
  ...orderRoutes,
  ...reloadRoutes,
  ...logRoutes,
]

export type FoundRoute =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'method'; readonly allow: string }
  | { readonly kind: 'unknown' }

export function findRoute(method: string, path: string): FoundRoute {
  const here = routes.filter((route) => route.path === path)
  const route = here.find((one) => one.method === method)
  if (route !== undefined) return { kind: 'route', route }
  if (here.length === 0) return { kind: 'unknown' }
  const allowed = here.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]))
  return { kind: 'method', allow: allowed.join(', ') }
}
