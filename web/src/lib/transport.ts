// The way to the server: Connect over the page's own origin, with the token of whoever is signed in.
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
import { ForecastService } from "../gen/wissel/v1/forecast_pb";
import { FormService } from "../gen/wissel/v1/form_pb";
import { HistoryService } from "../gen/wissel/v1/history_pb";
import { LiveService } from "../gen/wissel/v1/live_pb";
import { MailService } from "../gen/wissel/v1/mail_pb";
import { OperationService } from "../gen/wissel/v1/operation_pb";
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
  forecast: Client<typeof ForecastService>;
  form: Client<typeof FormService>;
  history: Client<typeof HistoryService>;
  live: Client<typeof LiveService>;
  mail: Client<typeof MailService>;
  operation: Client<typeof OperationService>;
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
    forecast: createClient(ForecastService, transport),
    form: createClient(FormService, transport),
    history: createClient(HistoryService, transport),
    live: createClient(LiveService, transport),
    mail: createClient(MailService, transport),
    operation: createClient(OperationService, transport),
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

// Sends the token; a server that no longer knows it ends the session here as well.
const authorize: Interceptor = (next) => async (request) => {
  const token = session.token;
  if (token) request.header.set("authorization", `Bearer ${token}`);
  try {
    return await next(request);
  } catch (reason) {
    const ended = ConnectError.from(reason).code === Code.Unauthenticated;
    if (ended && token && token === session.token) session.end(true);
    throw reason;
  }
};

export function pageTransport(): Transport {
  return createConnectTransport({ baseUrl: location.origin, interceptors: [authorize] });
}
