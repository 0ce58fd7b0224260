/** The demo site's style sheet: light and dark, wide and narrow, no fonts to fetch. */
export const styleSheet = `:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --ink: #1d2a33; --soft: #5d6d78; --sea: #0f5e7a; --line: #dcdfd8; --card: #ffffff; --lamp: #b8562a;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #10181d; --ink: #e4e9ea; --soft: #93a4ad; --sea: #7cc4dc; --line: #2a363d; --card: #172228; --lamp: #f0a070; }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.65 Georgia, "Iowan Old Style", serif }
a { color: var(--sea); text-underline-offset: .2em; text-decoration-thickness: .06em }
a:hover { color: var(--lamp) }
:focus-visible { outline: 3px solid var(--lamp); outline-offset: 2px }
header, main, body > footer { max-width: 44rem; margin: 0 auto; padding: 0 1.25rem }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding-block: 1.5rem 1rem; border-bottom: 1px solid var(--line) }
header .name { font-size: 1.35rem; font-weight: bold; color: inherit; text-decoration: none; margin-right: auto }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .95rem }
h1 { font-size: clamp(1.8rem, 6vw, 2.5rem); line-height: 1.15; margin: 2rem 0 .75rem; text-wrap: balance }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.25rem 0 .5rem }
h2 a { color: inherit; text-decoration: none }
p { margin: 0 0 1.1rem }
.lead { font-size: 1.2rem; color: var(--soft) }
.meta { color: var(--soft); font-size: .9rem }
.banner { display: block; width: 100%; height: auto; border-radius: .6rem; margin-top: 1.25rem }
.comments { list-style: none; padding: 0 }
.comments li { border-left: 3px solid var(--line); padding-left: 1rem; margin: 0 0 1rem }
.comments b { display: block; font-size: .9rem; color: var(--soft) }
.products { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem }
.products li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem }
.products img { width: 3.5rem; height: 3.5rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
td, th { text-align: left; padding: .5rem 0; border-bottom: 1px solid var(--line) }
td:last-child, th:last-child { text-align: right }
label { display: block; font-size: .9rem; color: var(--soft) }
input, textarea, button { font: inherit; border-radius: .4rem; padding: .5rem .75rem }
input, textarea { width: 100%; margin: .2rem 0 .9rem; border: 1px solid var(--line); background: var(--card); color: inherit }
button { border: 0; background: var(--sea); color: var(--paper); cursor: pointer }
button:hover { background: var(--lamp) }
body > footer { margin-top: 3rem; padding-block: 1rem 2.5rem; border-top: 1px solid var(--line); font-size: .9rem; color: var(--soft) }
.made { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .85rem; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--lamp); border-radius: .4rem; padding: .7rem 1rem; margin-bottom: 1rem }
.made strong { color: var(--ink) }
`
