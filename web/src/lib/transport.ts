// The way to the server: Connect over the page's own origin. The browser sends the cookie of whoever is signed in; the
// page says who it believes that is, so that it never acts for somebody who has signed in in another window.
import {
  Code,
  ConnectError,
  createClient,
  type Client,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { AgentService } from "../gen/wissel/v1/agent_pb";
import { AuditService } from "../gen/wissel/v1/audit_pb";
import { AuthService } from "../gen/wissel/v1/auth_pb";
import { ChatService, CustomerChatService } from "../gen/wissel/v1/chat_pb";
import { ConfigService } from "../gen/wissel/v1/config_pb";
import { ContactService } from "../gen/wissel/v1/contact_pb";
import { DayService } from "../gen/wissel/v1/day_pb";
import { EventService } from "../gen/wissel/v1/event_pb";
import { FactSheetService } from "../gen/wissel/v1/fact_sheet_pb";
import { ForecastService } from "../gen/wissel/v1/forecast_pb";
import { FormService } from "../gen/wissel/v1/form_pb";
import { HistoryService } from "../gen/wissel/v1/history_pb";
import { LiveService } from "../gen/wissel/v1/live_pb";
import { MailService } from "../gen/wissel/v1/mail_pb";
import { MailingService } from "../gen/wissel/v1/mailing_pb";
import { OperationService } from "../gen/wissel/v1/operation_pb";
import { OutboundService } from "../gen/wissel/v1/outbound_pb";
import { PartnerService } from "../gen/wissel/v1/partner_pb";
import { RulesService } from "../gen/wissel/v1/rules_pb";
import { ScheduleService } from "../gen/wissel/v1/schedule_pb";
import { StaffingService } from "../gen/wissel/v1/staffing_pb";
import { SurgeService } from "../gen/wissel/v1/surge_pb";
import { VoiceService } from "../gen/wissel/v1/voice_pb";
import { WebhookService } from "../gen/wissel/v1/webhook_pb";
import { WorkService } from "../gen/wissel/v1/work_pb";
import { session } from "./session.svelte";

export interface Clients {
  audit: Client<typeof AuditService>;
  auth: Client<typeof AuthService>;
  agent: Client<typeof AgentService>;
  chat: Client<typeof ChatService>;
  customerChat: Client<typeof CustomerChatService>;
  config: Client<typeof ConfigService>;
  contact: Client<typeof ContactService>;
  day: Client<typeof DayService>;
  event: Client<typeof EventService>;
  factSheet: Client<typeof FactSheetService>;
  forecast: Client<typeof ForecastService>;
  form: Client<typeof FormService>;
  history: Client<typeof HistoryService>;
  live: Client<typeof LiveService>;
  mail: Client<typeof MailService>;
  mailing: Client<typeof MailingService>;
  operation: Client<typeof OperationService>;
  outbound: Client<typeof OutboundService>;
  partner: Client<typeof PartnerService>;
  rules: Client<typeof RulesService>;
  schedule: Client<typeof ScheduleService>;
  staffing: Client<typeof StaffingService>;
  surge: Client<typeof SurgeService>;
  voice: Client<typeof VoiceService>;
  webhook: Client<typeof WebhookService>;
  work: Client<typeof WorkService>;
}

export function createClients(transport: Transport): Clients {
  return {
    audit: createClient(AuditService, transport),
    auth: createClient(AuthService, transport),
    agent: createClient(AgentService, transport),
    chat: createClient(ChatService, transport),
    customerChat: createClient(CustomerChatService, transport),
    config: createClient(ConfigService, transport),
    contact: createClient(ContactService, transport),
    day: createClient(DayService, transport),
    event: createClient(EventService, transport),
    factSheet: createClient(FactSheetService, transport),
    forecast: createClient(ForecastService, transport),
    form: createClient(FormService, transport),
    history: createClient(HistoryService, transport),
    live: createClient(LiveService, transport),
    mail: createClient(MailService, transport),
    mailing: createClient(MailingService, transport),
    operation: createClient(OperationService, transport),
    outbound: createClient(OutboundService, transport),
    partner: createClient(PartnerService, transport),
    rules: createClient(RulesService, transport),
    schedule: createClient(ScheduleService, transport),
    staffing: createClient(StaffingService, transport),
    surge: createClient(SurgeService, transport),
    voice: createClient(VoiceService, transport),
    webhook: createClient(WebhookService, transport),
    work: createClient(WorkService, transport),
  };
}

// The server does not work on what nobody waits for any more. Files and plans may take longer.
const kUnaryDeadlineMs = 30_000;
const kLongDeadlineMs = 10 * 60_000;

const withDeadline: Interceptor = (next) => (request) => {
  if (!request.stream && !request.header.has("connect-timeout-ms")) {
    const long = /^(Upload|Download|Import|Export|Preview|DryRun|Solve|Simulate|Make)/.test(request.method.name);
    request.header.set("connect-timeout-ms", String(long ? kLongDeadlineMs : kUnaryDeadlineMs));
  }
  return next(request);
};

// A server that knows of no session, or of another one, ends it here as well.
const authorize: Interceptor = (next) => async (request) => {
  const name = session.name;
  if (name) request.header.set("wissel-user", name);
  try {
    return await next(request);
  } catch (reason) {
    const ended = ConnectError.from(reason).code === Code.Unauthenticated;
    if (ended && name && name === session.name) session.end(true);
    throw reason;
  }
};

export function pageTransport(): Transport {
  return createConnectTransport({ baseUrl: location.origin, interceptors: [withDeadline, authorize] });
}
