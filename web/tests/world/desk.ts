// An agent who has work of several channels in hand, without a server: to look at, and to try.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { AgentService, Presence, type AgentStateSchema } from "../../src/gen/wissel/v1/agent_pb";
import { ChatMessage_Author, ChatService } from "../../src/gen/wissel/v1/chat_pb";
import { Channel, ErrorDetailSchema } from "../../src/gen/wissel/v1/common_pb";
import {
  ContactEntry_Author as EntryAuthor,
  ContactEntry_Kind as EntryKind,
  ContactEntrySchema,
  ContactSchema,
  ContactService,
  CustomerAddress_Kind as Kind,
  type ContactEntry,
} from "../../src/gen/wissel/v1/contact_pb";
import { MailAddressSchema, MailDraftSchema, MailEntry_Author as Author, MailEntry_State, MailEntrySchema, MailService, type MailDraft, type MailEntry } from "../../src/gen/wissel/v1/mail_pb";
import { Call_Side as Side, Call_State as CallState, CallSchema, VoiceService, type Call, type WatchCallRequest } from "../../src/gen/wissel/v1/voice_pb";
import { WorkItem_State as State } from "../../src/gen/wissel/v1/work_pb";

const kUndoMs = 10_000;
const mia = create(MailAddressSchema, { displayName: "Mia Peeters", address: "mia@home.test" });
const office = create(MailAddressSchema, { displayName: "Tax office", address: "tax@center.test" });
const kHtml = `<p>Hello,</p><p>my numbers:</p><table><tr><th>Year</th><th>Paid</th></tr><tr><td>2025</td><td>1.200 €</td></tr></table>
<img src="https://elsewhere.test/pixel.png" alt="logo"><script>parent.document.title="x"</script><p onclick="x()">See <a href="https://mia.test/file">my file</a>.</p>`;

export class DeskWorld {
  readonly drafts: MailDraft[] = [];
  draft = create(MailDraftSchema);
  entries: MailEntry[];
  readonly notes: ContactEntry[];
  call: Call;
  #now: () => number;

  constructor(now: () => number) {
    this.#now = () => Math.floor(now());
    const mail = (minutes: number, more: MessageInitShape<typeof MailEntrySchema>) =>
      create(MailEntrySchema, { from: mia, to: [office], subject: "My tax of this year", time: timestampFromMs(this.#now() - minutes * 60_000), author: Author.CUSTOMER, authorName: mia.displayName, ...more });
    const ours = { from: office, to: [mia] };
    this.entries = [
      mail(2900, { text: "Good morning,\n\nI have not heard of my file for three weeks.\n\nMia Peeters" }),
      mail(2899, { ...ours, author: Author.SYSTEM, authorName: "Tax office", text: "We have received your mail.", automatic: "an acknowledgement" }),
      mail(1500, { ...ours, author: Author.AGENT, authorName: "Anna", text: "Dear Ms Peeters,\n\nwhat is your number, please?\n\nAnna", state: MailEntry_State.SENT }),
      mail(20, {
        text: "Good morning,\n\nit is 4711. The payment slips of last year are with this mail.\n\nMia\n\nAnna <tax@center.test>, 2026-11-30:\n> Dear Ms Peeters,\n> what is your number, please?",
        html: kHtml,
        attachments: [
          { name: "attachments/a", fileName: "payment slips 2025.pdf", mediaType: "application/pdf", sizeBytes: 3n },
          { name: "attachments/b", fileName: "letter.html", mediaType: "text/html", sizeBytes: 3n },
        ],
      }),
    ].map((entry, index) => ({ ...entry, name: `mails/one/entries/${index + 1}` }));
    this.call = create(CallSchema, { name: "calls/three", workItem: "workItems/13", state: CallState.TALKING, sinceTime: timestampFromMs(this.#now() - 95_000) });
    this.notes = [create(ContactEntrySchema, { number: 1n, text: "Her file is with the doctor; she knows.", kind: EntryKind.NOTE, author: EntryAuthor.AGENT, authorName: "Bruno", time: timestampFromMs(this.#now() - 3_600_000) })];
  }

  state(): MessageInitShape<typeof AgentStateSchema> {
    const since = (minutes: number) => timestampFromMs(this.#now() - minutes * 60_000);
    const held = (number: number, more: object) => ({
      name: `agents/anna/assignments/${number}`,
      workItem: `workItems/${number}`,
      state: State.ACTIVE,
      enterTime: since(24),
      acceptTime: since(6),
      stateTime: since(6),
      reasonCodes: ["answered", "referred"],
      wrapUpAllowed: true,
      ...more,
    });
    return {
      name: "agents/a0001",
      session: 7n,
      presence: Presence.AVAILABLE,
      sequence: 1n,
      lease: { seconds: 3600n },
      now: timestampFromMs(this.#now()),
      assignments: [
        held(11, { channel: Channel.EMAIL, queue: "queues/benefits", contact: "mails/one", setAsideAllowed: true }),
        held(12, { channel: Channel.CHAT, queue: "queues/pensions", contact: "chats/two" }),
        held(13, { channel: Channel.VOICE, queue: "queues/benefits", contact: "calls/three", acceptTime: since(2) }),
        held(14, { channel: Channel.CALLBACK, queue: "queues/benefits", contact: "forms/four" }),
        held(15, { channel: Channel.TASK, queue: "queues/benefits", contact: "x", state: State.PARKED }),
      ],
    };
  }

  routes(router: ConnectRouter): void {
    router.service(AgentService, {
      watchAgent: async function* (this: DeskWorld, _: unknown, { signal }: { signal: AbortSignal }) {
        yield this.state();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }.bind(this),
      signIn: () => this.state(),
      heartbeat: () => ({ lease: { seconds: 3600n } }),
    });
    this.#chatRoutes(router);
    this.#mailRoutes(router);
    this.#callRoutes(router);
    this.#contactRoutes(router);
  }

  // The call of item 13 is under way; 14 is called when the agent says so.
  #callRoutes(router: ConnectRouter): void {
    router.service(VoiceService, {
      watchCall: (request: WatchCallRequest, { signal }: { signal: AbortSignal }) => this.#watchCall(request, signal),
      dial: ({ workItem, number }) => {
        if (!/^[+0]/.test(number)) {
          throw new ConnectError("this is no phone number", Code.InvalidArgument, undefined, [{ desc: ErrorDetailSchema, value: { field: "number", right: "for example +3225550123" } }]);
        }
        return (this.call = create(CallSchema, { name: "calls/four", workItem, state: CallState.AGENT_RINGING, sinceTime: timestampFromMs(this.#now()) }));
      },
      hangUp: () => {
        this.call.state = CallState.ENDED;
        this.call.endedBy = Side.AGENT;
        this.call.sinceTime = timestampFromMs(this.#now());
        return this.call;
      },
    });
  }

  async *#watchCall({ workItem }: WatchCallRequest, signal: AbortSignal) {
    if (workItem !== this.call.workItem) throw new ConnectError("no call", Code.NotFound);
    yield this.call;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }

  #contactRoutes(router: ConnectRouter): void {
    const customer = "customers/mia";
    const contacts: Record<string, MessageInitShape<typeof ContactSchema>> = {
      "workItems/11": { name: "mails/one", channel: Channel.EMAIL, displayName: mia.displayName, language: "en", customer, entries: this.notes },
      "workItems/14": { name: "forms/four", channel: Channel.FORM, displayName: "Jan Claes", language: "nl", customer, fields: [{ name: "What is it about?", value: "My pension" }, { name: "Phone", value: "+32 2 555 01 23" }] },
    };
    const before = (name: string, channel: Channel, subject: string, days: number) => ({ name, channel, subject, queue: "queues/benefits", agent: "agents/a0002", customer, startTime: timestampFromMs(this.#now() - days * 86_400_000), endTime: timestampFromMs(this.#now() - days * 86_400_000 + 600_000) });
    const earlier = [before("chats/old", Channel.CHAT, "", 3), before("forms/old", Channel.FORM, "A complaint", 40)];
    router.service(ContactService, {
      getContact: ({ name, workItem }) => {
        const found: MessageInitShape<typeof ContactSchema> | undefined = contacts[workItem] ?? earlier.find((each) => each.name === name);
        if (!found) throw new ConnectError("not yours", Code.PermissionDenied);
        const contact = create(ContactSchema, found);
        if (workItem === "") contact.entries = [create(ContactEntrySchema, { number: 1n, text: "What do I have to bring?", author: EntryAuthor.CUSTOMER, authorName: "Mia Peeters", kind: EntryKind.MESSAGE, time: contact.startTime })];
        return contact;
      },
      getCustomer: () => ({ name: customer, displayName: "Mia Peeters", language: "nl", addresses: [{ kind: Kind.EMAIL, text: mia.address }, { kind: Kind.PHONE, text: "+3225550123" }], doNotContact: [Channel.OUTBOUND] }),
      listContacts: () => ({ contacts: earlier }),
      addNote: ({ text }) => {
        const note = create(ContactEntrySchema, { number: BigInt(this.notes.length + 1), text, kind: EntryKind.NOTE, author: EntryAuthor.AGENT, authorName: "Anna", time: timestampFromMs(this.#now()) });
        this.notes.push(note);
        return note;
      },
    });
  }

  #chatRoutes(router: ConnectRouter): void {
    const messages = [{ number: 1n, author: ChatMessage_Author.CUSTOMER, authorName: "Els", text: "Hello, is somebody there?", time: timestampFromMs(this.#now()) }];
    router.service(ChatService, {
      async *watchChat(_, { signal }) {
        yield { messages, customerPresent: true, customerDisplayName: "Els" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      getTranscript: () => ({ messages, customerDisplayName: "Els" }),
    });
  }

  #mailRoutes(router: ConnectRouter): void {
    router.service(MailService, {
      getMailThread: () => ({
        name: "mails/one",
        reference: "7G4K2-M9QXD",
        subject: "My tax of this year",
        language: "en",
        customer: "customers/mia",
        customerDisplayName: mia.displayName,
        address: office,
        answerTo: [mia],
        entries: this.entries,
      }),
      getMailDraft: () => this.draft,
      saveMailDraft: ({ draft }) => {
        this.draft = create(MailDraftSchema, draft);
        this.drafts.push(this.draft);
        return this.draft;
      },
      sendMailReply: (request) => this.#send(request),
      cancelMail: ({ name }) => {
        const entry = this.entries.find((each) => each.name === name);
        if (!entry || entry.state !== MailEntry_State.QUEUED) throw new ConnectError("it has left", Code.FailedPrecondition);
        entry.state = MailEntry_State.CANCELLED;
        this.draft = create(MailDraftSchema, { to: entry.to, text: entry.text, subject: entry.subject });
        return this.draft;
      },
      listMailAddresses: () => ({ addresses: [office, { address: "info@center.test" }] }),
      composeMail: (request) => this.#send(request),
      listQuickReplies: ({ language }) => ({
        quickReplies: [
          { displayName: "Thanks", language: language || "en", text: "Dear Mia Peeters,\n\nthank you for your mail. We look into it this week.\n\nAnna" },
          { displayName: "Form is missing", language: language || "en", text: "Dear Mia Peeters,\n\nwe miss the form that we sent you." },
        ],
      }),
      uploadMailAttachment: ({ fileName, content }) => ({ name: `attachments/${fileName}`, fileName, sizeBytes: BigInt(content.length) }),
      downloadMailAttachment: ({ attachment }) => ({ attachment: { name: attachment, fileName: attachment.slice(12) }, content: new Uint8Array([1, 2, 3]), nextOffset: 0n }),
    });
  }

  #send({ to, cc, text, subject }: { to: MailEntry["to"]; cc: MailEntry["cc"]; text: string; subject: string }): MailEntry {
    const entry = create(MailEntrySchema, {
      name: `mails/one/entries/${this.entries.length + 1}`,
      author: Author.AGENT,
      authorName: "Anna",
      from: office,
      to: to.length > 0 ? to : [mia],
      cc,
      subject,
      text,
      time: timestampFromMs(this.#now()),
      state: MailEntry_State.QUEUED,
      sendTime: timestampFromMs(this.#now() + kUndoMs),
    });
    this.entries = [...this.entries, entry];
    this.draft = create(MailDraftSchema);
    return entry;
  }
}
