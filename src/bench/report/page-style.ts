/** The report's style: one column on a phone, light or dark as the reader's system is. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1d2b33; --soft: #5d6c75; --line: #e2ddd3; --good: #0b7a53; --bad: #b3261e; --unclear: #8a6100;
  --direct: #c0392b; --breakwater: #00759c; --breakwater-redis: #c56a00; --breakwater-memcached: #7a4fb5; --nginx: #2e8b3d; --varnish: #b0357a; --squid: #6b6b00; --apache: #8b5a2b; --offered: #93a1a8 }
@media (prefers-color-scheme: dark) { :root { --paper: #10181d; --card: #18232a; --ink: #e4ebef; --soft: #9aabb5; --line: #2b3941; --good: #4cc38a; --bad: #ff8a80; --unclear: #e5b454;
  --direct: #ff7b6b; --breakwater: #4cc3ee; --breakwater-redis: #f5a04a; --breakwater-memcached: #b99af0; --nginx: #6fcf7d; --varnish: #f07fbb; --squid: #d0d04a; --apache: #d2a679; --offered: #6d7d86 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100% }
main { max-width: 72rem; margin: 0 auto; padding: 1.2rem 1rem 3rem }
.name { color: var(--soft); margin: 0 }
h1 { font-size: clamp(1.35rem, 4.2vw, 2.1rem); line-height: 1.25; margin: .3rem 0 1rem; text-wrap: balance }
h2 { font-size: 1.2rem; margin: 0; display: inline }
h3 { font-size: .85rem; font-weight: 600; margin: 0 0 .2rem }
.facts, .about { color: var(--soft); font-size: .9rem; margin: .3rem 0 1rem; max-width: 60rem }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .8rem 0; padding: .7rem .9rem }
summary { cursor: pointer }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
td { padding: .35rem .8rem .35rem 0; vertical-align: top; border-top: 1px solid var(--line) }
td:first-child { white-space: nowrap; font-weight: 600 } td:nth-child(2) { white-space: nowrap }
td:last-child { width: 100% }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .45em }
.passed { color: var(--good) } .failed { color: var(--bad) } .unclear { color: var(--unclear) } .shown { color: var(--soft) }
.tally { float: right; font-size: .9rem }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.1rem; margin-top: 1rem }
.charts > :first-child { grid-column: 1 / -1 }
.chart { min-width: 0 }
.u-legend { font-size: .72rem; text-align: left; color: var(--soft) }
.u-legend .u-marker { border-radius: 50% } .u-inline.u-live th::after { content: "" } .u-legend .u-value { min-width: 3.2em; display: inline-block }
.chart:not(:hover) .u-legend .u-series:first-child { display: none } /* The time: there is one while something is pointed at. */
.u-legend th, .u-legend td { border: 0; padding: 0 .15rem; font-weight: 400 }
ul { margin: .3rem 0; padding-left: 1.2rem }
@media (max-width: 40rem) { td { display: block; border: 0; padding: .1rem 0 } td:first-child { border-top: 1px solid var(--line); padding-top: .5rem } .tally { float: none; display: block } main { padding: 1rem .6rem } }
`
