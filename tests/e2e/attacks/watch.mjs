// Whether anything that was sent in as text runs, in any page or frame of a browser's context: what calls planted(),
// dialogs, requests to other hosts, windows that open, downloads that nobody asked for, and what a policy of the page
// (CSP, Trusted Types) had to stop: text that is shown as text gives a policy nothing to do.

// In every frame, before any script of its own.
function record(report) {
  globalThis.planted = (number) => report({ what: "ran", number, where: location.href });
  addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective: directive, blockedURI: blocked, sample, target } = event;
    // The desk parses the HTML of a mail into a template that is shown nowhere (mail_html). A browser tells of styles
    // and handlers in it, though they could never have counted there.
    const aside = !(target instanceof Element) && /^(style|script)-src-attr$/.test(directive);
    if (aside && location.pathname === "/desk") return;
    report({ what: "policy", directive, blocked, sample, where: location.href });
  });
}

export class AttackWatch {
  static async over(person) {
    const watch = new AttackWatch();
    watch.person = person;
    watch.found = [];
    const home = new URL(person.server.http).host;
    await person.context.exposeFunction("reportAttack", (what) => watch.found.push(what));
    await person.context.addInitScript(`(${record})((what) => globalThis.reportAttack(what));`);
    person.context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:|^ftp:|^wss?:/.test(url.protocol) && url.host !== home) watch.found.push({ what: "request", url: url.href });
    });
    const follow = (page) => {
      page.on("dialog", (dialog) => (watch.found.push({ what: "dialog", text: dialog.message() }), dialog.dismiss()));
      page.on("console", (line) => {
        // The same, in words; of a frame, whose scripts are off, they are all there is.
        if (/^(Executing inline event handler|Applying inline style)/.test(line.text()) && !line.location().url.startsWith("about:")) return;
        if (/Content Security Policy|Trusted ?(Types|HTML|Script)|requires 'Trusted/i.test(line.text())) watch.found.push({ what: "console", text: line.text() });
      });
      page.on("popup", (popup) => watch.found.push({ what: "popup", url: popup.url() }));
    };
    person.context.pages().forEach(follow);
    person.context.on("page", follow);
    return watch;
  }

  // Everything so far, with what the page at hand has been told meanwhile.
  async everything() {
    const { page } = this.person;
    // What a handler would do once it is drawn, focused, pointed at.
    await page.evaluate(async () => {
      for (const each of document.querySelectorAll("[onfocus], [onclick], [onmouseover], [onerror], [onload], [ontoggle]")) {
        globalThis.reportAttack({ what: "handler", html: each.outerHTML.slice(0, 200) });
      }
      for (const each of document.querySelectorAll("a[href], form[action], iframe[src], area[href]")) {
        const leads = each.href ?? each.action ?? each.src;
        if (/^\s*(javascript|data|vbscript):/i.test(leads)) globalThis.reportAttack({ what: "address", leads });
      }
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    });
    return this.found;
  }
}

// The text of a page, with what is drawn only when it is scrolled to.
export const scrolled = (page) =>
  page.evaluate(async () => {
    const texts = [document.body.textContent];
    for (const place of document.querySelectorAll(".scroller")) {
      for (let top = 0; top < place.scrollHeight; top += place.clientHeight / 2) {
        place.scrollTop = top;
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        texts.push(place.textContent);
      }
    }
    return texts.join("\n");
  });

// As it is compared: white space and what cannot be seen apart, a field may drop.
export const plain = (text) => text.normalize("NFC").replace(/[\s\p{C}]+/gu, "");

// All that a page shows as text, what is in its fields too.
export const shown = (page, within = "body") =>
  page.locator(within).first().evaluate((place) => {
    const fields = [...place.querySelectorAll("input, textarea, [title], [aria-label]")];
    return [place.textContent, ...fields.flatMap((each) => [each.value ?? "", each.title ?? "", each.ariaLabel ?? ""])].join("\n");
  });
