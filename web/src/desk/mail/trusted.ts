// The one way on which text becomes markup on these pages. The server's policy for the pages (Trusted Types) lets
// a string into a document through two makers alone: Svelte's own, for the components that are compiled in, and
// this one, which nobody else can reach. Both functions are for HTML that runs nothing where it goes.
interface Maker {
  createHTML(text: string): unknown;
}
interface Makers {
  createPolicy(name: string, rules: { createHTML: (text: string) => string }): Maker;
}

// Its name stands in the server's policy too (gateway/http_router.cc). Browsers without Trusted Types take strings.
const makers = (globalThis as { trustedTypes?: Makers }).trustedTypes;
const maker = makers?.createPolicy("wissel-mail", { createHTML: (text) => text });

function made(html: string): string {
  return (maker ? maker.createHTML(html) : html) as string;
}

/** What a template holds is of no page (HTML standard, 4.12.3): nothing in it runs, loads, or counts as a base. */
export function parsed(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = made(html);
  return template.content;
}

/** For the `srcdoc` of a frame with an empty `sandbox`, and for nothing else. */
export function framed(html: string): string {
  return made(html);
}
