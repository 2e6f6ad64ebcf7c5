// Mails that were sent here a moment ago: until they leave they can be taken back, wherever on the desk the
// agent has gone meanwhile.
import type { Client } from "@connectrpc/connect";
import { MailEntry_State as State, type MailDraft, type MailEntry, type MailService } from "../../gen/wissel/v1/mail_pb";
import { announcer } from "../../lib/announce.svelte";
import type { ServerClock } from "../../lib/clock.svelte";
import { t } from "../../lib/i18n.svelte";
import { withRetry } from "../../lib/retry";
import { msOf } from "../../lib/time";

export interface SentMail {
  name: string;
  to: string;
  /** When it leaves, by the server's clock. */
  leaves: number;
  files: File[];
}

export class SentMails {
  #client: Client<typeof MailService>;
  #clock: ServerClock;
  #all = $state.raw<SentMail[]>([]);
  busy = $state(false);

  constructor(client: Client<typeof MailService>, clock: ServerClock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Those that wait, the latest last. */
  get waiting(): SentMail[] {
    return this.#all.filter((mail) => mail.leaves > this.#clock.now);
  }

  add(entry: MailEntry, files: File[] = []): void {
    if (entry.state !== State.QUEUED) return;
    const to = entry.to.map(({ displayName, address }) => displayName || address).join(", ");
    const leaves = msOf(entry.sendTime) ?? 0;
    this.#all = [...this.waiting, { name: entry.name, to, leaves, files }];
    announcer.say(t("mail.leavesSoon", { to }));
  }

  /** The draft that it is again; nothing: it has left, and the page says so. */
  async takeBack(mail: { name: string }): Promise<MailDraft | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    try {
      const draft = await withRetry(() => this.#client.cancelMail({ name: mail.name }));
      this.#all = this.#all.filter(({ name }) => name !== mail.name);
      announcer.note(t("mail.takenBack"));
      return draft;
    } catch (reason) {
      announcer.failed(reason);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
