/** Pages of two sites, with what their systems say of them. */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  'site.test/': ['X-Magento-Tags', 'home,cat_p_1'],
  'site.test/blog/one': ['xkey', 'post-1', 'TYPO3-Pid', '12', 'TYPO3-Sitename', 'main'],
  'site.test/blog/two': ['Cache-Tags', 'post-10 cat_p_10', 'TYPO3-Pid', '12', 'TYPO3-Sitename', 'second'],
  'site.test/shop?color=red': ['Surrogate-Key', 'shop post-1'],
  'site.test/logo.png': ['Content-Type', 'image/png', 'X-LiteSpeed-Tag', 'public:2d1_F,2d1_'],
  'other.test/blog/one': ['X-Cache-Tags', 'other-1'],
}
export const ALL = Object.keys(PAGES)
export const SITE = ALL.filter((page) => page.startsWith('site.test/'))
export const TOKEN = 'a token of some length'

interface Case {
  readonly sender: string
  /** Head lines as they are sent, and a body behind an empty line. */
  readonly request: readonly string[]
  readonly gone: readonly string[]
  readonly message?: string
}

export const CASES: readonly Case[] = [
  {
    sender: 'Proxy Cache Purge and WP Rocket, for a page',
    request: ['PURGE /blog/one HTTP/1.1', 'Host: site.test', 'X-Purge-Method: default', 'User-Agent: WordPress/6.7'],
    gone: ['site.test/blog/one'],
  },
  {
    sender: 'Proxy Cache Purge, for the whole site',
    request: ['PURGE /.* HTTP/1.1', 'Host: site.test', 'X-Purge-Method: regex'],
    gone: SITE,
  },
  {
    sender: 'WP Rocket, for what is below a path',
    request: ['PURGE /blog/.* HTTP/1.1', 'host: site.test', 'X-Purge-Method: regex'],
    gone: ['site.test/blog/one', 'site.test/blog/two'],
  },
  {
    sender: 'W3 Total Cache, with a query, of which the ignored part does not count',
    request: [
      'PURGE /shop?color=red&utm_source=x HTTP/1.1',
      'Host: site.test',
      'User-Agent: W3 Total Cache',
      'Connection: close',
    ],
    gone: ['site.test/shop?color=red'],
  },
  {
    sender: 'VCaching, for a page with whatever query',
    request: ['PURGE /shop HTTP/1.1', 'Host: site.test', 'X-VC-Purge-Method: page', 'X-VC-Purge-Key: secret'],
    gone: ['site.test/shop?color=red'],
  },
  {
    sender: 'VCaching, for an expression',
    request: ['PURGE /(blog|shop).* HTTP/1.1', 'Host: site.test', 'X-VC-Purge-Method: regex'],
    gone: ['site.test/blog/one', 'site.test/blog/two', 'site.test/shop?color=red'],
  },
  {
    sender: 'MediaWiki, in absolute form',
    request: [
      'PURGE http://site.test/blog/one HTTP/1.1',
      'Host: site.test',
      'Proxy-Connection: Keep-Alive',
      'Connection: Keep-Alive',
    ],
    gone: ['site.test/blog/one'],
  },
  {
    sender: 'a sender that knows the site by https',
    request: ['PURGE https://site.test/blog/one HTTP/1.1', 'Host: site.test'],
    gone: ['site.test/blog/one'],
  },
  {
    sender: 'Nginx Helper',
    request: ['GET /purge/blog/one HTTP/1.1', 'Host: site.test'],
    gone: ['site.test/blog/one'],
  },
  { sender: 'Nginx Helper, for all', request: ['PURGE /purgeall HTTP/1.1', 'Host: site.test'], gone: SITE },
  {
    sender: 'Drupal, with tags',
    request: ['BAN / HTTP/1.1', 'Host: site.test', 'Cache-Tags: post-1|home'],
    gone: ['site.test/', 'site.test/blog/one', 'site.test/shop?color=red'],
    message: 'Banned',
  },
  {
    sender: 'Drupal, for a URL',
    request: ['URIBAN /blog/two HTTP/1.1', 'Host: site.test'],
    gone: ['site.test/blog/two'],
    message: 'Banned',
  },
  {
    sender: 'Magento 2, for products',
    request: ['PURGE / HTTP/1.1', 'Host: 127.0.0.1', 'X-Magento-Tags-Pattern: ((^|,)cat_p_1(,|$))|((^|,)cms_b_3(,|$))'],
    gone: ['site.test/'],
  },
  {
    sender: 'Magento 2, for everything',
    request: ['PURGE / HTTP/1.1', 'Host: 127.0.0.1', 'X-Magento-Tags-Pattern: .*'],
    gone: ALL,
  },
  { sender: 'Magento 2, for a pool', request: ['PURGE / HTTP/1.1', 'Host: 127.0.0.1', 'X-Pool: magento'], gone: ALL },
  {
    sender: 'Shopware 6, with tags',
    request: ['PURGE / HTTP/1.1', 'Host: site.test', 'xkey: post-10 nothing'],
    gone: ['site.test/blog/two'],
  },
  {
    sender: 'Shopware 6, for URLs',
    request: ['BAN /blog HTTP/1.1', 'Host: site.test'],
    gone: ['site.test/blog/one', 'site.test/blog/two'],
    message: 'Banned',
  },
  {
    sender: 'TYPO3, for a page of a site',
    request: ['BAN / HTTP/1.1', 'Host: site.test', 'Varnish-Ban-TYPO3-Pid: 12', 'Varnish-Ban-TYPO3-Sitename: main'],
    gone: ['site.test/blog/one'],
    message: 'Banned',
  },
  {
    sender: 'TYPO3, for a page of whatever site',
    request: ['BAN / HTTP/1.1', 'Host: site.test', 'Varnish-Ban-TYPO3-Pid: 12'],
    gone: ['site.test/blog/one', 'site.test/blog/two'],
    message: 'Banned',
  },
  {
    sender: 'TYPO3, for everything',
    request: ['BAN / HTTP/1.1', 'Host: site.test', 'Varnish-Ban-All: 1'],
    gone: ALL,
    message: 'Banned',
  },
  {
    sender: 'FOSHttpCache, by host, path and type',
    request: [
      'BAN / HTTP/1.1',
      'Host: 127.0.0.1',
      'X-Host: ^(www\\.)?site\\.test$',
      'X-Url: .*',
      'X-Content-Type: image/',
    ],
    gone: ['site.test/logo.png'],
    message: 'Banned',
  },
  {
    sender: 'mittwald, by host and path',
    request: ['BAN / HTTP/1.1', 'Host: 127.0.0.1', 'X-Host: site.test', 'X-Url: /blog/t'],
    gone: ['site.test/blog/two'],
    message: 'Banned',
  },
  {
    sender: 'FOSHttpCache, by tags in a ban',
    request: [
      'BAN / HTTP/1.1',
      'Host: 127.0.0.1',
      'X-Host: .*',
      'X-Url: .*',
      'X-Content-Type: .*',
      'X-Cache-Tags: (^|,)(other-1|home)(,|$)',
    ],
    gone: ['site.test/', 'other.test/blog/one'],
    message: 'Banned',
  },
  {
    sender: 'FOSHttpCache, by xkey',
    request: ['PURGEKEYS / HTTP/1.1', 'Host: 127.0.0.1', 'xkey-softpurge: post-1'],
    gone: ['site.test/blog/one', 'site.test/shop?color=red'],
  },
  {
    sender: 'FOSHttpCache, by tags to Symfony',
    request: ['PURGETAGS / HTTP/1.1', 'Host: 127.0.0.1', 'X-Cache-Tags: home,other-1'],
    gone: ['site.test/', 'other.test/blog/one'],
  },
  {
    sender: 'FOSHttpCache, for everything',
    request: ['PURGE / HTTP/1.1', 'Host: 127.0.0.1', 'Clear-Cache: true'],
    gone: ALL,
  },
  {
    sender: 'API Platform to Souin',
    request: ['PURGE /souin-api/souin HTTP/1.1', 'Host: 127.0.0.1', 'Surrogate-Key: shop, home'],
    gone: ['site.test/', 'site.test/shop?color=red'],
  },
  {
    sender: 'a client of Fastly, for a URL',
    request: ['PURGE /blog/one HTTP/1.1', 'Host: site.test', 'Fastly-Soft-Purge: 1'],
    gone: ['site.test/blog/one'],
  },
  {
    sender: 'a client of Fastly, for keys',
    request: [
      'POST /service/abc/purge HTTP/1.1',
      'Host: site.test',
      'Content-Type: application/json',
      '',
      '{"surrogate_keys":["home"]}',
    ],
    gone: ['site.test/'],
  },
  {
    sender: 'a client of Fastly, for one key',
    request: ['POST /service/abc/purge/home HTTP/1.1', 'Host: site.test'],
    gone: ['site.test/'],
  },
  {
    sender: 'a client of Cloudflare, for files',
    request: [
      'POST /client/v4/zones/023e/purge_cache HTTP/1.1',
      'Host: site.test',
      '',
      '{"files":["https://site.test/blog/one"]}',
    ],
    gone: ['site.test/blog/one'],
  },
  {
    sender: 'a client of Cloudflare, for everything',
    request: ['POST /client/v4/zones/023e/purge_cache HTTP/1.1', 'Host: site.test', '', '{"purge_everything":true}'],
    gone: ALL,
  },
]
