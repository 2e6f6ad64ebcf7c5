#include "server/scope/scope_rules.h"

#include <algorithm>

namespace wissel::scope {
namespace {

using enum Within;

constexpr std::string_view kPackage = "wissel.v1.";

// By method; what is not here is refused. Sentences of an explanation name whoever was looked at,
// and a record of who did what whoever did it: these are for people who may see everybody.
constexpr ScopeRule kRules[] = {
    {"AgentService.AcceptOffer", kFiltered, kFiltered},
    {"AgentService.CompleteAssignment", kFiltered, kFiltered},
    {"AgentService.CompleteConsult", kFiltered, kFiltered},
    {"AgentService.DeclineOffer", kFiltered, kFiltered},
    {"AgentService.ExplainAgent", kFiltered, kAsAgent},
    {"AgentService.ForcePresence", kNamed, kFiltered},
    {"AgentService.GetAgentState", kFiltered, kFiltered},
    {"AgentService.Heartbeat", kFiltered, kFiltered},
    {"AgentService.HoldAssignment", kFiltered, kFiltered},
    {"AgentService.MissCustomer", kFiltered, kFiltered},
    {"AgentService.ResumeAssignment", kFiltered, kFiltered},
    {"AgentService.ReturnAssignment", kFiltered, kFiltered},
    {"AgentService.SetAsideAssignment", kFiltered, kFiltered},
    {"AgentService.SetConference", kFiltered, kFiltered},
    {"AgentService.SetPresence", kFiltered, kFiltered},
    {"AgentService.SignIn", kFiltered, kFiltered},
    {"AgentService.SignOut", kFiltered, kFiltered},
    {"AgentService.StartConsult", kFiltered, kFiltered},
    {"AgentService.TransferAssignment", kFiltered, kFiltered},
    {"AgentService.WatchAgent", kFiltered, kFiltered},
    {"AgentService.WrapUpAssignment", kFiltered, kFiltered},
    {"AuthService.GetCurrentUser", kFiltered, kFiltered},
    {"AuthService.SignOutUser", kFiltered, kFiltered},
    {"ChatService.DownloadChatFile", kAsAgent, kAsAgent},
    {"ChatService.GetTranscript", kAsAgent, kAsAgent},
    {"ChatService.SendMessage", kAsAgent, kAsAgent},
    {"ChatService.SetTyping", kAsAgent, kAsAgent},
    {"ChatService.UploadChatFile", kAsAgent, kAsAgent},
    {"ChatService.WatchChat", kAsAgent, kAsAgent},
    {"ConfigService.GetAgent", kFiltered, kFiltered},
    {"ConfigService.GetCenter", kFiltered, kFiltered},
    {"ConfigService.GetPartner", kFiltered, kFiltered},
    {"ConfigService.GetQueue", kFiltered, kFiltered},
    {"ConfigService.GetRoutingProfile", kFiltered, kFiltered},
    {"ConfigService.GetSkill", kFiltered, kFiltered},
    {"ConfigService.GetTeam", kFiltered, kFiltered},
    {"ConfigService.ListAgents", kFiltered, kFiltered},
    {"ConfigService.ListPartners", kFiltered, kFiltered},
    {"ConfigService.ListQueues", kFiltered, kFiltered},
    {"ConfigService.ListRoutingProfiles", kFiltered, kFiltered},
    {"ConfigService.ListSkills", kFiltered, kFiltered},
    {"ConfigService.ListTeams", kFiltered, kFiltered},
    {"ConfigService.UpdateAgent", kNamed, kNo},
    {"ContactService.AddNote", kAsAgent, kAsAgent},
    {"ContactService.GetAttachment", kAsAgent, kAsAgent},
    {"ContactService.GetContact", kAsAgent, kAsAgent},
    {"ContactService.GetCustomer", kAsAgent, kAsAgent},
    {"ContactService.ListContacts", kAsAgent, kAsAgent},
    {"ContactService.SearchCustomers", kAsAgent, kAsAgent},
    {"ContactService.UpdateCustomer", kAsAgent, kAsAgent},
    {"DayService.AnswerShiftOffer", kAsAgent, kAsAgent},
    {"DayService.CreateShiftFeed", kAsAgent, kAsAgent},
    {"DayService.DeleteShiftFeed", kAsAgent, kAsAgent},
    {"DayService.GetShiftFeed", kAsAgent, kAsAgent},
    {"DayService.ListShiftOffers", kAsAgent, kAsAgent},
    {"FactSheetService.GetFactSheet", kAsAgent, kAsAgent},
    {"FactSheetService.ListFactSheets", kAsAgent, kAsAgent},
    {"FormService.AnswerForm", kAsAgent, kAsAgent},
    {"LiveService.GetLive", kFiltered, kFiltered},
    {"LiveService.GetRadarSeries", kFiltered, kFiltered},
    {"LiveService.ListIntervals", kFiltered, kFiltered},
    {"LiveService.WatchLive", kFiltered, kFiltered},
    {"MailService.CancelMail", kAsAgent, kAsAgent},
    {"MailService.ComposeMail", kAsAgent, kAsAgent},
    {"MailService.DownloadMailAttachment", kAsAgent, kAsAgent},
    {"MailService.GetMailDraft", kAsAgent, kAsAgent},
    {"MailService.GetMailThread", kAsAgent, kAsAgent},
    {"MailService.ListMailAddresses", kAsAgent, kAsAgent},
    {"MailService.ListQuickReplies", kAsAgent, kAsAgent},
    {"MailService.SaveMailDraft", kAsAgent, kAsAgent},
    {"MailService.SendMailReply", kAsAgent, kAsAgent},
    {"MailService.UploadMailAttachment", kAsAgent, kAsAgent},
    {"OutboundService.GetOutboundEntry", kAsAgent, kAsAgent},
    {"OutboundService.GetOutboundList", kFiltered, kFiltered},
    {"OutboundService.ListOutboundLists", kFiltered, kFiltered},
    {"ScheduleService.CreateShiftSwap", kAsAgent, kAsAgent},
    {"ScheduleService.DecideShiftSwap", kAsAgent, kAsAgent},
    {"ScheduleService.GetAdherence", kFiltered, kFiltered},
    {"ScheduleService.ListPlannedAgents", kFiltered, kFiltered},
    {"ScheduleService.ListShiftSwaps", kAsAgent, kAsAgent},
    {"ScheduleService.ListShifts", kFiltered, kFiltered},
    {"SurgeService.CreateNotice", kFiltered, kNamed},
    {"SurgeService.ListNotices", kFiltered, kFiltered},
    {"SurgeService.SetQueueStep", kFiltered, kNamed},
    {"SurgeService.SetQueueSurge", kFiltered, kNamed},
    {"VoiceService.Dial", kAsAgent, kAsAgent},
    {"VoiceService.HangUp", kAsAgent, kAsAgent},
    {"VoiceService.WatchCall", kAsAgent, kAsAgent},
    {"WorkService.CancelWorkItem", kFiltered, kNamed},
    {"WorkService.CreateWorkItem", kFiltered, kNamed},
    {"WorkService.ExplainWorkItem", kNo, kNamed},
    {"WorkService.ForceAssignWorkItem", kNamed, kNamed},
    {"WorkService.GetWorkItem", kFiltered, kNamed},
    {"WorkService.ListWorkItems", kFiltered, kFiltered},
    {"WorkService.PauseWorkItem", kFiltered, kNamed},
    {"WorkService.PromiseCallback", kFiltered, kNamed},
    {"WorkService.PromiseWait", kFiltered, kNamed},
    {"WorkService.PullBackWorkItem", kFiltered, kNamed},
    {"WorkService.ResumeWorkItem", kFiltered, kNamed},
    {"WorkService.TransferWorkItem", kFiltered, kNamed},
    {"WorkService.UpdateWorkItem", kFiltered, kNamed},
    {"WorkService.WakeWorkItem", kFiltered, kNamed},
};
static_assert(std::ranges::is_sorted(kRules, {}, &ScopeRule::method));

}  // namespace

ScopeRule RuleOf(std::string_view method) {
  if (!method.starts_with(kPackage)) return {};
  method.remove_prefix(kPackage.size());
  const auto* found = std::ranges::lower_bound(kRules, method, {}, &ScopeRule::method);
  return found != std::end(kRules) && found->method == method ? *found : ScopeRule{};
}

std::span<const ScopeRule> ScopeRules() { return kRules; }

}  // namespace wissel::scope
