// The clients that the pages use. Stores take theirs as an argument, so that tests can bring others.
import { createClients, pageTransport } from "./transport";

export const clients = createClients(pageTransport());
