import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readSitemap, SITEMAP_BYTES_MAX, SitemapError } from '../../src/warm/sitemap.ts'

const urlset = (inner: string): Buffer => Buffer.from(`<?xml version="1.0"?><urlset xmlns="x">${inner}</urlset>`)

describe('a sitemap', () => {
  it('gives its pages, and nothing of other vocabularies in it', () => {
    const xml = urlset(
      '<url><loc> http://a.test/?a=1&amp;b=2 </loc><image:image><image:loc>http://a.test/i.png</image:loc></image:image></url><url><loc><![CDATA[http://a.test/2]]></loc></url>',
    )
    assert.deepEqual(readSitemap(xml), { sitemaps: [], pages: ['http://a.test/?a=1&b=2', 'http://a.test/2'] })
    assert.deepEqual(readSitemap(gzipSync(xml)), readSitemap(xml))
  })

  it('gives the sitemaps of an index', () => {
    const xml = '<sitemapindex><sitemap><loc>http://a.test/1.xml</loc></sitemap></sitemapindex>'
    assert.deepEqual(readSitemap(Buffer.from(xml)), { sitemaps: ['http://a.test/1.xml'], pages: [] })
  })

  it('expands no entities but those of XML itself', () => {
    const xml = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
    assert.throws(() => readSitemap(Buffer.from(xml)), SitemapError)
  })

  it('is refused when it is something else, not well-formed, or too large when unpacked', () => {
    for (const text of ['<html></html>', '<urlset><url>', 'plain', '{"a":1}', '<a>'.repeat(100)]) {
      assert.throws(() => readSitemap(Buffer.from(text)), SitemapError, text)
    }
    assert.throws(() => readSitemap(gzipSync(Buffer.alloc(SITEMAP_BYTES_MAX + 1, 32))), SitemapError)
    const many = urlset('<url><loc>http://a.test/</loc></url>'.repeat(50_001))
    assert.throws(() => readSitemap(many), /more than 50000 URLs/)
  })
})
