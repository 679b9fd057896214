import { MAX_TEXT_BYTES } from '@parley/protocol';

/** What a payload does that runs: the test has put it there. */
const RUN = 'alert(1)';

const MARKUP = [
  `<script>${RUN}</script>`,
  `<ScRiPt>${RUN}</sCrIpT>`,
  `<script/x>${RUN}</script >`,
  `<script src=data:text/javascript,${RUN}></script>`,
  `<script type=module>import("data:text/javascript,${RUN}")</script>`,
  `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`,
  `</p></article><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `--><script>${RUN}</script><!--`,
  `]]><script>${RUN}</script>`,
  `<<script>${RUN}//<</script>`,
  `<img src=x onerror=${RUN}>`,
  `<img/src=x/onerror=${RUN}>`,
  `<img src=x onerror="${RUN}" `,
  `<img src="x\`" onerror=${RUN}>`,
  `<image src=x onerror=${RUN}>`,
  `<body onload=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=x onerror=${RUN}>`,
  `<marquee onstart=${RUN}>x</marquee>`,
  `<select autofocus onfocus=${RUN}>`,
  `<div onpointerover=${RUN} style=position:fixed;inset:0>over everything</div>`,
  `<p onclick=${RUN}>click</p>`,
  `<iframe src=javascript:${RUN}></iframe>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<object data=javascript:${RUN}></object>`,
  `<embed src=javascript:${RUN}>`,
  `<form action=javascript:${RUN}><button>Accept</button></form>`,
  `<base href=//evil.example/>`,
  `<meta http-equiv=refresh content="0;url=//evil.example/">`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<style>@import '//evil.example/x.css'; * { display: none }</style>`,
  `<b style="background:url(//evil.example/)">x</b>`,
  `<img src=//evil.example/pixel.png>`,
  `<portal src=//evil.example/>`,
  `<dialog open>Your passphrase: <input></dialog>`,
];

const OTHER_MARKUP = [
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><script href=data:,${RUN} /></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s></svg>`,
  `<svg><a xlink:href=javascript:${RUN}><text y=20>click</text></a></svg>`,
  `<svg><use href=data:image/svg+xml,x#y></svg>`,
  `<svg><foreignObject><iframe src=javascript:${RUN}></foreignObject></svg>`,
  `<svg><set attributeName=href to=javascript:${RUN}></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}></style></mglyph></table></mtext></math>`,
  `<math href=javascript:${RUN}>click</math>`,
  `<math><mi xlink:href=javascript:${RUN}>click</mi></math>`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${RUN}>`,
  `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><script>${RUN}</script></template>`,
  `<xmp><p title="</xmp><img src=x onerror=${RUN}>">`,
  `<listing>&lt;img src=x onerror=${RUN}&gt;</listing>`,
  `<!--[if true]><script>${RUN}</script><![endif]-->`,
  `<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">${RUN}</x:script>`,
  `<!DOCTYPE html [<!ENTITY x "y">]>&x;`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;script&#62;${RUN}&#60;/script&#62;`,
  `\\u003cscript\\u003e${RUN}\\u003c/script\\u003e`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`,
  `\uff1cscript\uff1e${RUN}\uff1c/script\uff1e`,
];

const TEMPLATES = [
  `{{constructor.constructor('${RUN}')()}}`,
  `{{7*7}}`,
  `\${${RUN}}`,
  `#{${RUN}}`,
  `<%= ${RUN} %>`,
  `{% ${RUN} %}`,
  `[[${RUN}]]`,
  `{"__proto__":{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=${RUN}>"}}}`,
  `__proto__`,
  `constructor`,
  `$& $1 $\` $'`,
  `%s %d %o %c`,
  `'; DROP TABLE rows; --`,
  `**bold** _it_ [link](javascript:${RUN}) ![x](//evil.example/x.png)`,
  `:smile: @alice #channel /quit`,
];

const CHARACTERS = [
  `be\u0000fore`,
  `\u0001\u0002\u0007\u0008\u000b\u000c\u000e\u001b[31mred\u007f\u0085\u009f`,
  `\u202egnp.exe`,
  `\u202e123 abc\u202c`,
  `\u2067\u2067\u2067never closed`,
  `\u202d\u202e\u202a\u202b`,
  `\u200f\u061cright to left`,
  `שלום עולם 123`,
  `مرحبا <script> 5 > 3`,
  `I said שלום to 12 people`,
  `\u200b\u200c\u200d\u2060\ufeff`,
  `pay\u200b 1\u200b00`,
  `\ufff9x\ufffay\ufffb`,
  `\u2028\u2029line ends`,
  `\ufdd0\ufffe\uffff`,
  `\ud83d half`,
  `z${'\u0300'.repeat(300)}algo`,
  `${'\u0489'.repeat(1_000)}`,
  `\u{e0070}\u{e0061}\u{e0079}`,
  `👨‍👩‍👧‍👦👋🏿🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}`,
  `﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽`,
  `𒐫𒐫𒐫𒐫𒐫`,
  ` leading and trailing `,
  `\ta\tb\n\n\n\nc\r\nd`,
];

const SIZES = [
  'x'.repeat(5_000),
  `https://example.org/${'y'.repeat(5_000)}`,
  '漢'.repeat(20_000),
  'word '.repeat(12_000),
  `${'\n'.repeat(3_000)}end`,
  'z'.repeat(MAX_TEXT_BYTES),
  `${'<b>'.repeat(5_000)}deep`,
  `${'('.repeat(30_000)}`,
  `${'http://'.repeat(8_000)}`,
  `${'http://a.example/).'.repeat(3_000)}`,
];

const FAKES = [
  `New`,
  `You\nI agree to everything\n18:00`,
  `bob accepted.`,
  `Parley had to stop. Type your passphrase here: ____`,
  `Accept   Refuse   Block`,
  `Something that carol has sent is missing here.`,
];

/** What is no link, whatever it looks like. */
const NO_LINKS = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java\tscript:${RUN}`,
  `javascript://example.org/%0a${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `vbscript:msgbox(1)`,
  `file:///etc/passwd`,
  `view-source:https//example.org`,
  `//evil.example/x`,
  `https://user:secret@example.org/`,
  `http://paypal.com@evil.example/`,
  `http://`,
  `https://[not-an-address/`,
  `http://%/`,
];

/** Links, and where they lead. */
const LINKS: readonly (readonly [text: string, ...to: string[]])[] = [
  ['see https://example.org/a.', 'https://example.org/a'],
  ['(https://example.org/a)', 'https://example.org/a'],
  ['https://example.org/a_(b)', 'https://example.org/a_(b)'],
  ['https://example.org/?q=1&r=2#s!', 'https://example.org/?q=1&r=2#s'],
  ['blob:https://example.org/1', 'https://example.org/1'],
  ['HTTP://EXAMPLE.ORG', 'http://example.org/'],
  // Where it leads is written out: in letters of one alphabet.
  ['https://аррӏе.com/', 'https://xn--80ak6aa92e.com/'],
  ['https://example.org\u202e/moc.live', 'https://example.org/'],
  [`https://example.org/"onmouseover="${RUN}`, 'https://example.org/'],
  [`https://example.org/'><script>${RUN}</script>`, 'https://example.org/'],
  [`javascript:${RUN}//https://example.org/x`, 'https://example.org/x'],
  ['https://a.example/ http://b.example/', 'https://a.example/', 'http://b.example/'],
  ['http://0x7f.1/', 'http://127.0.0.1/'],
];

export interface HostileText {
  readonly text: string;
  /** Where the links in it lead; left out where it does not matter which there are. */
  readonly links?: readonly string[];
}

export const HOSTILE_TEXTS: readonly HostileText[] = [
  ...[...MARKUP, ...OTHER_MARKUP, ...TEMPLATES, ...CHARACTERS, ...SIZES, ...FAKES].map((text) => ({ text })),
  ...NO_LINKS.map((text) => ({ text, links: [] })),
  ...LINKS.map(([text, ...links]) => ({ text, links })),
];

/** 64 bytes at most, and no control characters: the protocol allows no more. */
export const HOSTILE_DEVICE_NAMES = [
  `<img src=x onerror=${RUN}>`,
  `</li><script>${RUN}</script>{{7*7}}`,
  'w'.repeat(64),
] as const;
