// What an agent has written and not sent: kept on the server while they write, found again after a reload
// or at another desk. The files that go with it are there from the moment that they were chosen.
import type { Client } from "@connectrpc/connect";
import type { MailDraft, MailEntry, MailService, MailThread } from "../../gen/wissel/v1/mail_pb";
import { problemOf, type Problem } from "../../lib/errors";
import { newRequestId } from "../../lib/request_id";
import { withRetry } from "../../lib/retry";
import { addressesText, readAddresses, wrongAddress } from "./addresses";
import { answerSubject } from "./mail_text";

export const kLargestFile = 5 << 19; // 2.5 MiB, what one message carries
export const kMostFiles = 20;
export const kLongestText = 100_000;
export const kLongestSubject = 300;
export const kSaveAfterMs = 1200;
const kSaveAgainMs = 5000;

export interface DraftFile {
  /** "attachments/{attachment}"; empty: on its way. */
  name: string;
  fileName: string;
  size: number;
  /** As it was chosen here, for an answer that is taken back. */
  source?: File;
}

// clean: nothing to keep. unsaved: typed and not kept yet. kept: the server has it. failed: it has not, and
// it is tried again.
export type Keeping = "clean" | "unsaved" | "kept" | "failed";

export class Draft {
  to = $state("");
  cc = $state("");
  subject = $state("");
  text = $state("");
  quote = $state(false);
  files = $state.raw<DraftFile[]>([]);
  keeping = $state<Keeping>("clean");
  /** Nothing is shown, and so overwritten, before the server has said what it has. */
  ready = $state(false);
  sending = $state(false);
  problem = $state.raw<Problem>();

  #client: Client<typeof MailService>;
  #workItem: string;
  #usualTo = "";
  #usualSubject = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #requestId = "";

  constructor(client: Client<typeof MailService>, workItem: string) {
    this.#client = client;
    this.#workItem = workItem;
  }

  get empty(): boolean {
    return this.text.trim() === "" && this.files.length === 0;
  }

  get uploading(): boolean {
    return this.files.some((file) => file.name === "");
  }

  async open(thread: MailThread): Promise<void> {
    this.#usualTo = addressesText(thread.answerTo);
    this.#usualSubject = answerSubject(thread.subject);
    try {
      const draft = await withRetry(() => this.#client.getMailDraft({ workItem: this.#workItem }));
      this.#fill(draft);
      this.files = await this.#filesOf(draft);
      if (draft.text !== "") this.keeping = "kept";
    } catch (reason) {
      this.#fill();
      this.problem = problemOf(reason);
    }
    this.ready = true;
  }

  /** To be called after each change of a field. */
  changed(): void {
    this.#requestId = "";
    this.keeping = "unsaved";
    this.#saveIn(kSaveAfterMs);
  }

  /** At once, for who leaves. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.keeping === "unsaved" || this.keeping === "failed") this.#save();
    return this.#saving;
  }

  /** The contact is theirs no longer: nothing more is kept. */
  close(): void {
    clearTimeout(this.#timer);
    this.ready = false;
  }

  async discard(): Promise<void> {
    this.#fill();
    this.files = [];
    this.problem = undefined;
    this.changed();
    await this.flush();
    if (this.keeping === "kept") this.keeping = "clean";
  }

  async attach(chosen: readonly File[]): Promise<void> {
    this.problem = undefined;
    for (const source of chosen) await this.#attach(source);
  }

  detach(file: DraftFile): void {
    this.files = this.files.filter((each) => each !== file);
    this.changed();
  }

  /** The mail that was sent; nothing: it was not, and `problem` says why. */
  async send(): Promise<MailEntry | undefined> {
    if (this.sending || this.uploading) return undefined;
    this.problem = this.#wrong();
    if (this.problem) return undefined;
    this.sending = true;
    clearTimeout(this.#timer);
    try {
      // What is kept after the answer would be a draft again.
      await this.#saving;
      this.#requestId ||= newRequestId();
      const answer = { ...this.#answer(), requestId: this.#requestId };
      const sent = await withRetry(() => this.#client.sendMailReply(answer));
      this.#fill();
      this.files = [];
      this.keeping = "clean";
      this.#requestId = "";
      return sent;
    } catch (reason) {
      this.problem = problemOf(reason);
      if (this.keeping === "unsaved") this.#saveIn(kSaveAfterMs);
      return undefined;
    } finally {
      this.sending = false;
    }
  }

  /** Of an answer that was taken back, with the files that are still at hand. What has been begun since
   *  stands below it. */
  async restore(draft: MailDraft, sources: readonly File[]): Promise<void> {
    const begun = this.text.trim();
    clearTimeout(this.#timer);
    this.#fill(draft);
    this.keeping = "kept";
    if (begun !== "") {
      this.text = `${draft.text}\n\n${begun}`;
      this.changed();
    }
    await this.attach(sources);
  }

  #fill(draft?: MailDraft): void {
    this.to = draft && draft.to.length > 0 ? addressesText(draft.to) : this.#usualTo;
    this.cc = addressesText(draft?.cc ?? []);
    this.subject = draft?.subject || this.#usualSubject;
    this.text = draft?.text ?? "";
    this.quote = false;
    this.#requestId = "";
  }

  // A draft names its files; what they are called is asked for, past their end.
  async #filesOf(draft: MailDraft): Promise<DraftFile[]> {
    const past = BigInt(kLargestFile);
    const found = draft.attachments.map(async (name): Promise<DraftFile[]> => {
      try {
        const part = await this.#client.downloadMailAttachment({ workItem: this.#workItem, attachment: name, offset: past });
        return [{ name, fileName: part.attachment?.fileName ?? name, size: Number(part.attachment?.sizeBytes ?? 0n) }];
      } catch {
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  }

  async #attach(source: File): Promise<void> {
    const place: DraftFile = { name: "", fileName: source.name, size: source.size, source };
    if (this.files.length >= kMostFiles) return this.#refuse("error.tooManyFiles", "attachments", "");
    if (source.size === 0 || source.size > kLargestFile) return this.#refuse("error.fileSize", "content", source.name);
    this.files = [...this.files, place];
    try {
      const content = new Uint8Array(await source.arrayBuffer());
      const kept = await withRetry(() =>
        this.#client.uploadMailAttachment({ workItem: this.#workItem, fileName: source.name, mediaType: source.type, content }),
      );
      const { name, fileName } = kept;
      this.files = this.files.map((each) => (each === place ? { ...place, name, fileName } : each));
      this.changed();
    } catch (reason) {
      this.files = this.files.filter((each) => each !== place);
      this.problem = { ...problemOf(reason), field: "content" };
    }
  }

  #refuse(key: "error.tooManyFiles" | "error.fileSize", field: string, sentence: string): void {
    this.problem = { key, field, sentence, right: "" };
  }

  #wrong(): Problem | undefined {
    const refused = (field: string, key: Problem["key"], sentence = ""): Problem => ({ key, field, sentence, right: "" });
    for (const field of ["to", "cc"] as const) {
      const wrong = wrongAddress(this[field]);
      if (wrong !== undefined) return refused(field, "error.noAddress", `“${wrong}”`);
    }
    if (this.to.trim() === "") return refused("to", "error.nobody");
    if (this.text.trim() === "") return refused("text", "error.noText");
    return undefined;
  }

  #answer() {
    const attachments = this.files.map(({ name }) => name);
    const to = this.to === this.#usualTo ? [] : readAddresses(this.to);
    return { workItem: this.#workItem, to, cc: readAddresses(this.cc), subject: this.subject.trim(), text: this.text, attachments, quote: this.quote };
  }

  #saveIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.ready) this.#timer = setTimeout(() => this.#save(), ms);
  }

  // One after the other: what was typed last is what is kept.
  #save(): void {
    this.#saving = this.#saving.then(async () => {
      if (!this.ready) return;
      const { workItem, to, cc, subject, text, attachments } = this.#answer();
      const draft = { to, cc, subject: subject === this.#usualSubject ? "" : subject, text, attachments: attachments.filter(Boolean) };
      this.keeping = "kept";
      try {
        await this.#client.saveMailDraft({ workItem, draft });
      } catch (reason) {
        if (!this.ready) return;
        this.keeping = "failed";
        this.problem = problemOf(reason);
        this.#saveIn(kSaveAgainMs);
      }
    });
  }
}
