import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AssignmentSchema } from "../src/gen/wissel/v1/agent_pb";
import { Channel, ErrorDetailSchema } from "../src/gen/wissel/v1/common_pb";
import { MailDraftSchema, MailEntry_State, MailService, type SendMailReplyRequest } from "../src/gen/wissel/v1/mail_pb";
import { addressesText, readAddresses, wrongAddress } from "../src/desk/mail/addresses";
import { kLargestFile, kSaveAfterMs } from "../src/desk/mail/draft.svelte";
import { answerSubject, withoutQuotation } from "../src/desk/mail/mail_text";
import { kReadAgainMs, Mails, type MailWork } from "../src/desk/mail/mails.svelte";
import { SentMails } from "../src/desk/mail/sent_mails.svelte";
import { DeskWorld } from "./world/desk";
import { clientsOf, fakeTime, pass, testClock } from "./support";

describe("addresses", () => {
  it("are read as people type them, and written so that they are read the same", () => {
    const typed = 'Mia Peeters <mia@home.test>; jan@home.test,\n"Peeters, Mia" <m@home.test>';
    const read = readAddresses(typed);
    expect(read.map(({ address }) => address)).toEqual(["mia@home.test", "jan@home.test", "m@home.test"]);
    expect(read[2]!.displayName).toBe("Peeters, Mia");
    expect(readAddresses(addressesText(read))).toEqual(read);
    const odd = [{ displayName: 'A "B" \\ <c>', address: "a@home.test" }];
    expect(readAddresses(addressesText(odd))).toEqual(odd);
  });

  it("that are none are named", () => {
    expect(wrongAddress("mia@home.test, nobody")).toBe("nobody");
    expect(wrongAddress("a b@home.test")).toBe("a b@home.test");
    expect(wrongAddress("Mia <>")).toBe("");
    expect(wrongAddress(" , mia@home.test;")).toBeUndefined();
  });
});

describe("a mail's text", () => {
  it("stands apart from what it quotes", () => {
    expect(withoutQuotation("Yes.\n\nAnna wrote:\n> Is it so?\n>\n> Anna\n")).toEqual({
      own: "Yes.",
      quoted: "Anna wrote:\n> Is it so?\n>\n> Anna",
    });
    expect(withoutQuotation("> only this").own).toBe("> only this");
    expect(withoutQuotation("> asked\nanswered below").quoted).toBe("");
  });

  it("has one Re:", () => {
    expect(answerSubject("Tax")).toBe("Re: Tax");
    expect(answerSubject("RE: Tax")).toBe("RE: Tax");
  });
});

describe("the answer to a mail", () => {
  let world: DeskWorld;
  let sends: SendMailReplyRequest[];
  let refuse: () => void;
  let mails: Mails;
  let stop: () => void;
  const clients = () =>
    clientsOf((router) => {
      world.routes({
        ...router,
        service: (service: unknown, methods: Record<string, unknown>) => {
          if (service !== MailService) return router;
          const { sendMailReply } = methods as { sendMailReply: (request: SendMailReplyRequest) => unknown };
          return router.service(MailService, {
            ...methods,
            sendMailReply: (request: SendMailReplyRequest) => {
              sends.push(request);
              refuse();
              return sendMailReply(request) as never;
            },
          });
        },
      } as never);
    });
  const held = (more: object = {}) => [create(AssignmentSchema, { workItem: "workItems/11", channel: Channel.EMAIL, contact: "mails/one", ...more })];

  async function open(more: object = {}): Promise<MailWork> {
    mails = new Mails(clients().mail);
    stop = mails.start();
    mails.follow(held(more), "workItems/11");
    await pass();
    return mails.of("workItems/11")!;
  }
  const type = (mail: MailWork, text: string) => {
    mail.draft.text = text;
    mail.draft.changed();
  };

  beforeEach(() => {
    fakeTime();
    world = new DeskWorld(() => Date.now());
    sends = [];
    refuse = () => undefined;
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is kept a moment after the last key, with what was typed last", async () => {
    const { draft } = await open();
    for (const text of ["D", "De", "Dear"]) {
      type(mails.of("workItems/11")!, text);
      await pass(kSaveAfterMs - 200);
    }
    expect(world.drafts).toEqual([]);
    expect(draft.keeping).toBe("unsaved");
    await pass(200);
    expect(world.drafts.map(({ text }) => text)).toEqual(["Dear"]);
    expect(world.drafts[0]!.to).toEqual([]);
    expect(draft.keeping).toBe("kept");
  });

  it("is found again", async () => {
    world.draft = create(MailDraftSchema, { text: "Half a", to: [{ address: "zoe@home.test" }], attachments: ["attachments/slip.pdf"] });
    const { draft } = await open();
    expect(draft.text).toBe("Half a");
    expect(draft.to).toBe("zoe@home.test");
    expect(draft.files.map(({ fileName }) => fileName)).toEqual(["slip.pdf"]);
  });

  it("is kept at once when the contact goes, and not after that", async () => {
    const mail = await open();
    type(mail, "Dear");
    void mail.draft.flush();
    await pass();
    expect(world.drafts).toHaveLength(1);
    type(mail, "Dear Mia");
    mails.follow([], null);
    await pass(10 * kSaveAfterMs);
    expect(world.drafts).toHaveLength(1);
  });

  it("goes to whom the thread says, once, and leaves no draft behind", async () => {
    const mail = await open();
    type(mail, "Dear Mia");
    refuse = () => {
      refuse = () => undefined;
      throw new ConnectError("away", Code.Unavailable);
    };
    const sending = mail.draft.send();
    await pass(5000);
    expect((await sending)?.state).toBe(MailEntry_State.QUEUED);
    expect(sends.map(({ requestId }) => requestId)).toEqual([sends[0]!.requestId, sends[0]!.requestId]);
    expect(sends[1]!.to).toEqual([]);
    expect(mail.draft.text).toBe("");
    await pass(10 * kSaveAfterMs);
    expect(world.draft.text).toBe("");
  });

  it("that is refused stays, with the field at fault", async () => {
    const mail = await open();
    refuse = () => {
      throw new ConnectError("tax@center.test is an address of the center", Code.InvalidArgument, undefined, [
        { desc: ErrorDetailSchema, value: { field: "cc", right: "transfer the work item instead" } },
      ]);
    };
    type(mail, "Dear");
    expect(await mail.draft.send()).toBeUndefined();
    expect(mail.draft.problem?.field).toBe("cc");
    expect(mail.draft.text).toBe("Dear");
  });

  it("without text or with a wrong address is not sent", async () => {
    const mail = await open();
    await mail.draft.send();
    expect(mail.draft.problem?.field).toBe("text");
    type(mail, "Dear");
    mail.draft.to = "mia";
    await mail.draft.send();
    expect(mail.draft.problem?.field).toBe("to");
    expect(sends).toEqual([]);
  });

  it("is taken back with its files, until it has left", async () => {
    const mail = await open();
    const sent = new SentMails(clients().mail, testClock());
    await mail.draft.attach([new File(["x"], "slip.txt")]);
    type(mail, "Too early");
    const files = mail.draft.files.flatMap(({ source }) => source ?? []);
    sent.add((await mail.draft.send())!, files);
    await pass(9000);
    expect(sent.waiting).toHaveLength(1);
    const draft = await sent.takeBack(sent.waiting[0]!);
    type(mail, "And");
    await mail.draft.restore(draft!, files);
    expect(mail.draft.text).toBe("Too early\n\nAnd");
    expect(mail.draft.files.map(({ fileName }) => fileName)).toEqual(["slip.txt"]);
    type(mail, "Now");
    sent.add((await mail.draft.send())!);
    await pass(10_000);
    expect(sent.waiting).toEqual([]);
  });

  it("takes no file that is too large", async () => {
    const { draft } = await open();
    await draft.attach([new File([new Uint8Array(kLargestFile + 1)], "big.bin")]);
    expect(draft.files).toEqual([]);
    expect(draft.problem).toMatchObject({ field: "content", key: "error.fileSize" });
  });

  it("is written by who has the contact alone", async () => {
    const mail = await open({ workItem: "workItems/11", question: { workItem: "workItems/9", askedBy: "agents/bob" } });
    expect(mail.workItem).toBe("workItems/9");
    expect(mail.mayWrite).toBe(false);
    expect(mail.draft.ready).toBe(false);
  });

  it("shows what came meanwhile as unread", async () => {
    const mail = await open();
    expect(mail.unread).toBe(1);
    mail.markSeen();
    expect(mail.unread).toBe(0);
    world.entries = [...world.entries, { ...world.entries[0]!, name: "mails/one/entries/5", text: "And this" }];
    await pass(kReadAgainMs);
    expect(mail.unread).toBe(1);
    expect(mail.last?.text).toBe("And this");
  });
});
