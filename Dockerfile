# syntax=docker/dockerfile:1

FROM node:26-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci
COPY src src
# The image has the Node it needs; the optional packages only bring one.
RUN npm run build && npm ci --omit=dev --omit=optional

FROM node:26-slim
ENV NODE_ENV=production
# One thread of V8's beside ours: with its usual four, collecting garbage takes four fifths of a core that all share (docs/decisions/garbage.md).
ENV NODE_OPTIONS=--v8-pool-size=1
WORKDIR /breakwater
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE README.md ./
COPY bin bin
COPY config config
COPY src/admin/dashboard src/admin/dashboard
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --retries=3 \
  CMD ["node", "-e", "require('node:net').connect(8080, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
# A signal stops it gracefully: it is the first process and handles SIGTERM itself.
ENTRYPOINT ["node", "bin/breakwater.cjs"]
CMD ["serve", "--config", "config/breakwater.yaml"]
