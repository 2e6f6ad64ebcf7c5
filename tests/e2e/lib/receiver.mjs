// A receiver of webhooks: a real HTTP server that keeps what it is sent, checks each signature, and answers as a test
// tells it to.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

export class Receiver {
  /** `answer(event, count)` gives { status, headers, body }, or nothing for 204, or a promise of it. */
  static async start(answer = () => undefined) {
    const receiver = new Receiver();
    receiver.answer = answer;
    receiver.secrets = [];
    /** Every request in the order in which it came. */
    receiver.requests = [];
    receiver.waiting = [];
    receiver.server = createServer((request, response) => void receiver.#take(request, response));
    await new Promise((done) => receiver.server.listen(0, "127.0.0.1", done));
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const taken = { headers: request.headers, body, event: JSON.parse(body), method: request.method };
    taken.signedBy = this.secrets.filter((secret) => verifies(taken, secret));
    this.requests.push(taken);
    this.#look();
    const { status = 204, headers = {}, body: text = "" } = (await this.answer(taken.event, this.requests.length)) ?? {};
    taken.status = status;
    response.writeHead(status, headers).end(text);
    this.#look();
  }

  #look() {
    this.waiting = this.waiting.filter((look) => !look());
  }

  /** Events that were answered with 2xx, in the order in which they came; repetitions too. */
  get taken() {
    return this.requests.filter(({ status }) => status >= 200 && status < 300).map(({ event }) => event);
  }

  /** Once `wanted(this)` holds. */
  until(wanted, withinMs = 30_000) {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`not within ${withinMs} ms: ${wanted}`)), withinMs);
      const look = () => {
        if (!wanted(this)) return false;
        clearTimeout(timer);
        done();
        return true;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

/** As the specification says, with nothing of the sender's. */
export function verifies({ headers, body }, secret) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = createHmac("sha256", key).update(content).digest();
  const age = Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"]));
  return (
    age < 300 &&
    headers["webhook-signature"].split(" ").some((signature) => {
      const [version, mac] = signature.split(",");
      const given = Buffer.from(mac, "base64");
      return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
    })
  );
}
