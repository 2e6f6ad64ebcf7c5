// A mail server's side of LMTP (RFC 2033), for one mail at a time: what it is given goes over as it is.
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** The reply to the end of the mail, or the first refusal: "250 ...", "550 ...". */
export async function deliver(door, from, to, mail) {
  const [host, port] = door.split(":");
  const socket = connect({ host, port: Number(port) });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const reply = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the mail door hung up");
      if (value[3] !== "-") return value;
    }
  };
  try {
    let answer = await reply();
    for (const command of ["LHLO mx.test", `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA"]) {
      socket.write(`${command}\r\n`);
      answer = await reply();
      if (!/^[23]/.test(answer)) return answer;
    }
    const body = Buffer.isBuffer(mail) ? mail.toString("latin1") : Buffer.from(mail, "utf8").toString("latin1");
    socket.write(Buffer.from(`${body.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..")}\r\n.\r\n`, "latin1"));
    answer = await reply();
    socket.write("QUIT\r\n");
    return answer;
  } finally {
    socket.destroy();
  }
}

/** A header's value for any text (RFC 2047), in words of at most 75 characters. */
export function word(text) {
  const pieces = [];
  let piece = "";
  for (const letter of text) {
    if (Buffer.byteLength(piece + letter) > 42) {
      pieces.push(piece);
      piece = "";
    }
    piece += letter;
  }
  return [...pieces, piece].map((each) => `=?utf-8?B?${Buffer.from(each).toString("base64")}?=`).join("\r\n ");
}

/** A parameter's value for any text (RFC 2231). */
export const parameter = (name, text) =>
  `${name}*=utf-8''${[...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("")}`;
