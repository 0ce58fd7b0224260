/** What the demo blog has to say. */
export interface Post {
  readonly slug: string
  readonly title: string
  readonly written: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly paragraphs: readonly string[]
  readonly comments: readonly Comment[]
}

export interface Comment {
  readonly by: string
  readonly text: string
}

export const posts: readonly Post[] = [
  {
    slug: 'the-day-we-were-found',
    title: 'The day we were found',
    written: '2026-03-14T09:20:00Z',
    tags: ['stories', 'load'],
    summary: 'On an ordinary Saturday somebody with a large audience linked to our tide tables.',
    paragraphs: [
      'On an ordinary Saturday somebody with a large audience linked to our tide tables. We noticed because the fan under the desk, which nobody had ever heard before, began to sing.',
      'The page is not complicated: a table, two drawings, a paragraph on why the moon is late. The box builds it from a database each time somebody asks, in a third of a second. That is quick for one reader and hopeless for four hundred a second. They queued, grew impatient, pressed reload, and so queued twice.',
      'What kept us from being found was not the number of visitors. It was that we cooked the same meal from scratch for each of them, while a tray of it stood on the counter.',
    ],
    comments: [
      {
        by: 'Ines',
        text: 'I was one of the four hundred. The drawing of the late moon was worth the wait, eventually.',
      },
      { by: 'Tobias', text: 'We had the same with a recipe for rye bread. It is always the old pages.' },
    ],
  },
  {
    slug: 'three-hundred-milliseconds',
    title: 'Three hundred milliseconds',
    written: '2026-03-21T18:05:00Z',
    tags: ['load', 'numbers'],
    summary: 'Eight workers and a third of a second: how many readers is that?',
    paragraphs: [
      'Eight workers, three hundred milliseconds a page: that makes twenty-six pages a second, and not one more. The twenty-seventh reader waits. It does not help that the processor is bored while a worker waits for the database; all eight chairs are taken.',
      'The queue is the cruel part. When thirty come each second, four more are left standing after every one of them. A minute later the newest arrival has two hundred and forty people in front and nine seconds to think about it.',
      'Now keep the finished page for just ten seconds and hand out copies. The workers cook once in ten seconds instead of three hundred times, and it no longer matters whether thirty readers come or three thousand.',
    ],
    comments: [
      { by: 'Marek', text: 'I always blamed the processor. It was asleep the whole time.' },
      { by: 'Wanda', text: 'Ten seconds is nothing. Our front page changes twice a week.' },
    ],
  },
  {
    slug: 'the-crowd-at-one-door',
    title: 'The crowd at one door',
    written: '2026-04-02T07:45:00Z',
    tags: ['caching', 'load'],
    summary: 'A copy that has just grown old is the most dangerous moment of the day.',
    paragraphs: [
      'A cache is calm until a popular copy expires. In that instant every reader misses together, and a crowd that one copy had been feeding turns round and runs for the kitchen.',
      'The cure is manners. The first one goes in and asks; the others wait at the door, and when the plate comes out they all eat from it. One request reaches the server, whatever the size of the crowd.',
      'There is one exception worth remembering. If the answer turns out to be for that first person alone, nobody else may touch it, and the rest must be let in to ask for themselves. Knowing the difference is most of the craft.',
    ],
    comments: [{ by: 'Ines', text: 'So a queue is good as long as it is in front of the right door.' }],
  },
  {
    slug: 'yesterdays-bread',
    title: "Yesterday's bread",
    written: '2026-04-11T16:30:00Z',
    tags: ['caching', 'outages'],
    summary: 'When the oven is broken, nobody complains about bread from yesterday.',
    paragraphs: [
      'Freshness is a promise about the usual day: this page may be reused for a minute, and then please ask again. It was never meant to say that after sixty-one seconds a blank page with a number on it is better.',
      'When the oven is broken, nobody complains about bread from yesterday. So we keep copies long past their date, on a shelf at the back. When the server answers with an error, or not at all, the shelf is opened, and each loaf says honestly how old it is.',
      'Our database was down for two hours in April while we slept. The only person who noticed was the one who tried to leave a comment.',
    ],
    comments: [
      { by: 'Tobias', text: 'That was me. I thought the button was broken.' },
      { by: 'Wanda', text: 'And prices? I would not want yesterday’s prices.' },
      { by: 'The harbour', text: 'Quite right: what must not be stale says so (must-revalidate), and that is obeyed.' },
    ],
  },
  {
    slug: 'your-basket-is-yours',
    title: 'Your basket is yours',
    written: '2026-04-25T10:10:00Z',
    tags: ['caching', 'privacy'],
    summary: 'The worst thing a cache can do is not to be slow.',
    paragraphs: [
      'The worst thing a cache can do is not to be slow, or down. It is to hand one visitor the page of another: a name in the corner, an address, somebody’s basket. It happens to large companies about once a year, always on a busy day.',
      'The rule against it is old and short. What says that it is private stays private. What sets a cookie is for the one who gets the cookie. What came for a request with credentials is shared only if the server says outright that it may be.',
      'Put something into the basket of our shop, open a second browser, and look at its basket. It should be empty. Then look at the front page in both: that one you share, and you should.',
    ],
    comments: [{ by: 'Marek', text: 'I tried it with three browsers. Three lanterns, three baskets.' }],
  },
  {
    slug: 'how-old-is-this-page',
    title: 'How old is this page?',
    written: '2026-05-09T08:00:00Z',
    tags: ['caching', 'numbers'],
    summary: 'Scroll to the bottom: every page here says when it was made. Reload and watch.',
    paragraphs: [
      'Scroll to the bottom: every page here says when it was made, by which worker, and how long that took. Then reload. If the time stays as it was, you were served a copy, and your browser will tell you that it took a few milliseconds instead of three hundred.',
      'A polite cache does not hide this. It adds an Age field with the seconds since the server vouched for the page, and a Cache-Status field with what was done and why: a hit with so many seconds left, or a miss and its reason.',
      'Those two lines have saved us more evenings than any dashboard. When somebody says that the site shows old things, we no longer guess.',
    ],
    comments: [{ by: 'Wanda', text: 'Age: 41. I feel the same.' }],
  },
  {
    slug: 'what-not-to-remember',
    title: 'What not to remember',
    written: '2026-05-23T12:40:00Z',
    tags: ['caching'],
    summary: 'A newsletter multiplied one page by eleven thousand, and none of the copies was ever used again.',
    paragraphs: [
      'A newsletter went out with a link that carried a number for each reader, so that somebody could count who had clicked. The page did not care about the number. The cache did: it kept eleven thousand copies of one page, and none was ever used again.',
      'Addresses are full of such luggage: where a reader came from, which advertisement, which colour of button. Name it, ignore it when comparing, and eleven thousand copies become one.',
      'The opposite mistake is worse. Ignore something that does change the page, and somebody gets the wrong one. So we ignore only what we can name.',
    ],
    comments: [{ by: 'Ines', text: 'I still have the link. I am number 7,412.' }],
  },
  {
    slug: 'one-small-box',
    title: 'One small box',
    written: '2026-06-06T19:15:00Z',
    tags: ['stories', 'outages'],
    summary: 'Two cores, a fan, and a note that says "do not unplug".',
    paragraphs: [
      'All of this runs on one small box: two cores, four gigabytes, a fan, and a note that says “do not unplug”. People ask when we will move to something grander. We did the sum, and the answer was: not this year.',
      'A second box needs something in front to share the work, something to keep the two in agreement, and somebody to get up at night when they differ. One box with a good memory in front of it needs a cup of tea.',
      'There will be a day for the second one. We shall know it by the hits, not by the misses: when copying finished pages is itself too much work, the site has outgrown its harbour.',
    ],
    comments: [
      { by: 'Tobias', text: 'Somebody did unplug ours. The note is now larger.' },
      { by: 'Marek', text: 'Which tea?' },
    ],
  },
]

export const tags: readonly string[] = [...new Set(posts.flatMap((post) => post.tags))].sort()

export interface Product {
  readonly id: string
  readonly name: string
  readonly price: number
  readonly text: string
}

export const products: readonly Product[] = [
  { id: 'lantern', name: 'Storm lantern', price: 38, text: 'Burns in any wind. Smells faintly of herring.' },
  {
    id: 'mug',
    name: 'Harbour mug',
    price: 12,
    text: 'Holds a third of a litre, or three hundred milliseconds of tea.',
  },
  { id: 'rope', name: 'Ten metres of rope', price: 9, text: 'You always need rope.' },
  {
    id: 'tides',
    name: 'Tide tables, printed',
    price: 15,
    text: 'Never stale: the moon is cached for years in advance.',
  },
]
