#include "gateway/criticality.h"

#include <optional>

namespace wissel::gateway {
namespace {

struct Entry {
  std::string_view pattern;  // "Service.Method"; a * at the end stands for any rest
  Criticality criticality;
};

constexpr Criticality kHeld = Criticality::kHeld;
constexpr Criticality kWaiting = Criticality::kWaiting;
constexpr Criticality kViewing = Criticality::kViewing;

// The longest pattern that fits decides.
constexpr Entry kTable[] = {
    // Agents at work, and what they need for the contact at hand.
    {"AgentService.*", kHeld},
    {"AgentService.Explain*", kViewing},
    {"ChatService.*", kHeld},
    {"VoiceService.*", kHeld},
    {"MailService.*", kHeld},
    {"MailService.List*", kViewing},
    {"MailService.DeliverMail", kWaiting},
    {"ContactService.*", kViewing},
    {"ContactService.Get*", kHeld},
    {"ContactService.AddNote", kHeld},
    {"ContactService.UpdateCustomer", kWaiting},
    {"ContactService.EraseCustomer", kWaiting},
    {"FactSheetService.*", kViewing},
    {"FactSheetService.GetFactSheet", kHeld},
    // Customers: to come in is to wait; who is in a conversation stays in it.
    {"CustomerChatService.*", kHeld},
    {"CustomerChatService.ListChatTopics", kWaiting},
    {"CustomerChatService.StartChat", kWaiting},
    {"FormService.*", kWaiting},
    {"FormService.AnswerForm", kHeld},
    {"TrackingService.*", kWaiting},
    {"TrackingService.CancelTracking", kHeld},
    {"AuthService.*", kWaiting},
    {"AuthService.SignOutUser", kHeld},
    // Work items: to create one is to wait; what ends or moves one relieves the center.
    {"WorkService.*", kHeld},
    {"WorkService.CreateWorkItem", kWaiting},
    {"WorkService.BatchCreateWorkItems", kWaiting},
    {"WorkService.Promise*", kWaiting},
    {"WorkService.Get*", kViewing},
    {"WorkService.List*", kViewing},
    {"WorkService.Explain*", kViewing},
    // The levers of those who run the center.
    {"SurgeService.*", kHeld},
    {"SurgeService.List*", kViewing},
    {"ConfigService.*", kWaiting},
    {"ConfigService.Get*", kViewing},
    {"ConfigService.List*", kViewing},
    {"RulesService.*", kViewing},
    {"RulesService.ApplyRules", kWaiting},
    {"RulesService.RollBackRules", kWaiting},
    {"OutboundService.*", kViewing},
    {"OutboundService.PauseOutboundList", kHeld},
    {"OutboundService.StopOutboundList", kHeld},
    {"MailingService.*", kViewing},
    {"MailingService.PauseMailing", kHeld},
    {"MailingService.StopMailing", kHeld},
    {"MailingService.ShowUnsubscribe", kWaiting},
    {"DoNotContactService.*", kWaiting},
    {"DoNotContactService.List*", kViewing},
    {"OperationService.*", kViewing},
    {"OperationService.CancelOperation", kHeld},
    // Other systems that follow; they catch up.
    {"EventService.*", kViewing},
    {"WebhookService.*", kViewing},
    {"WebhookService.PauseWebhook", kHeld},
    // Views, reports, planning.
    {"LiveService.*", kViewing},
    {"AuditService.*", kViewing},
    {"PartnerService.*", kViewing},
    {"DayService.*", kViewing},
    {"DayService.AnswerShiftOffer", kWaiting},
    {"ForecastService.*", kViewing},
    {"HistoryService.*", kViewing},
    {"ScheduleService.*", kViewing},
    {"StaffingService.*", kViewing},
};

std::optional<Criticality> Find(std::string_view method) {
  constexpr std::string_view kPackage = "wissel.v1.";
  if (!method.starts_with(kPackage)) return std::nullopt;
  method.remove_prefix(kPackage.size());
  const Entry* found = nullptr;
  for (const Entry& entry : kTable) {
    const std::string_view pattern = entry.pattern;
    const bool fits = pattern.ends_with('*')
                          ? method.starts_with(pattern.substr(0, pattern.size() - 1))
                          : method == pattern;
    if (fits && (found == nullptr || pattern.size() > found->pattern.size())) found = &entry;
  }
  if (found == nullptr) return std::nullopt;
  return found->criticality;
}

}  // namespace

Criticality CriticalityOf(std::string_view method) { return Find(method).value_or(kWaiting); }

bool HasCriticality(std::string_view method) { return Find(method).has_value(); }

}  // namespace wissel::gateway
