// A center in which everything that strangers can write comes to one person, who may open every page.
import { join } from "node:path";
import { root } from "../lib/server.mjs";

/** A form of so many fields, short and long in turn. */
export const configuration = (fields) => `
server: {web: "${join(root, "web/dist")}", customer_pages: "${join(root, "web/customer")}", region: BE}
center:
  display_name: Tax office
  routing_profiles:
    - name: routingProfiles/all
      units: 100
      channels: [{channel: chat, limit: 2, cost: 10}, {channel: email, limit: 2, cost: 10}, {channel: form, limit: 2, cost: 10}, {channel: callback, limit: 1, cost: 10}, {channel: outbound, limit: 1, cost: 10}]
  queues:
    - {name: queues/chat, display_name: Chats, channel: chat, answer_within: 1m}
    - {name: queues/mail, display_name: Mails, channel: email, answer_within: 4h}
    - {name: queues/form, display_name: Forms, channel: form, answer_within: 4h}
    - {name: queues/back, display_name: Callbacks, channel: callback, answer_within: 1h}
    - {name: queues/out, display_name: Calls out, channel: outbound, answer_within: 1h}
    - {name: queues/idle, display_name: Nobody, channel: voice, answer_within: 1m, requirement: {steps: [{skills: [{skill: skills/none}]}]}}
  skills:
    - {name: skills/none, display_name: None}
  agents:
    - {name: agents/anna, display_name: Anna, routing_profile: routingProfiles/all}
forms:
  - name: forms/any
    queue: queues/form
    title: [{language: en, text: Anything}]
    fields:
${fields.map((type, i) => `      - {name: f${i}, type: ${type}, label: [{language: en, text: "Field ${i}"}]}`).join("\n")}
mail:
  addresses: [{address: tax@center.test, queue: queues/mail, display_name: Tax office, acknowledge: false}]
chat: {embed_origins: ["http://localhost:1"]}
tracking: {follow_up_queue: queues/back}
demo:
  users:
    - {user: anna, password: demo, display_name: Anna, roles: [agent, manager, planner, admin], agent: agents/anna}
`;
