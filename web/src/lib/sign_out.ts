// Signing out: the server ends the session and the browser forgets its cookie. Where the server cannot be reached, one
// stays signed in, and is told.
import { Code } from "@connectrpc/connect";
import { announcer } from "./announce.svelte";
import { clients } from "./clients";
import { codeOf, problemOf } from "./errors";
import { t } from "./i18n.svelte";
import { router } from "./router.svelte";
import { session } from "./session.svelte";

export async function signOutHere(): Promise<void> {
  try {
    await clients.auth.signOutUser({});
  } catch (reason) {
    if (codeOf(reason) !== Code.Unauthenticated) return announcer.note(t(problemOf(reason).key));
  }
  session.end();
  router.go("/");
}
