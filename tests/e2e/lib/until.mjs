// For what nobody announces to a test: the server's state after something that a page has asked of it.

/** What `what` answers once it is `wanted`; an error after `withinMs`. */
export async function until(what, wanted = Boolean, withinMs = 20_000) {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    const got = await what();
    if (wanted(got)) return got;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
}
