#include "integration/webhooks/figures.h"

#include <iterator>

#include "fmt/format.h"

namespace wissel::webhooks {
namespace {

void Head(std::string& text, const char* name, const char* help, const char* type) {
  fmt::format_to(std::back_inserter(text), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

}  // namespace

void Figures::CountAttempt(const std::string& webhook, const char* outcome) {
  std::lock_guard lock(mutex_);
  ++rows_[webhook].attempts[outcome];
}

void Figures::Show(const std::string& webhook, uint64_t lag, size_t dead_letters,
                   double oldest_seconds) {
  std::lock_guard lock(mutex_);
  Row& row = rows_[webhook];
  row.lag = lag;
  row.dead_letters = dead_letters;
  row.oldest_seconds = oldest_seconds;
}

void Figures::Forget(const std::string& webhook) {
  std::lock_guard lock(mutex_);
  rows_.erase(webhook);
}

std::string Figures::Text() const {
  std::lock_guard lock(mutex_);
  std::string text;
  if (rows_.empty()) return text;
  const auto out = std::back_inserter(text);
  Head(text, "wissel_webhook_attempts_total", "Requests sent to webhooks, by how they went.",
       "counter");
  for (const auto& [webhook, row] : rows_) {
    for (const auto& [outcome, count] : row.attempts) {
      fmt::format_to(out, "wissel_webhook_attempts_total{{webhook=\"{}\",outcome=\"{}\"}} {}\n",
                     webhook, outcome, count);
    }
  }
  Head(text, "wissel_webhook_lag_events", "Events in the journal that a webhook has not got past.",
       "gauge");
  for (const auto& [webhook, row] : rows_) {
    fmt::format_to(out, "wissel_webhook_lag_events{{webhook=\"{}\"}} {}\n", webhook, row.lag);
  }
  Head(text, "wissel_webhook_oldest_seconds", "Age of the event that a webhook is sent next.",
       "gauge");
  for (const auto& [webhook, row] : rows_) {
    fmt::format_to(out, "wissel_webhook_oldest_seconds{{webhook=\"{}\"}} {:.3f}\n", webhook,
                   row.oldest_seconds);
  }
  Head(text, "wissel_webhook_dead_letters", "Events that were put aside after the last attempt.",
       "gauge");
  for (const auto& [webhook, row] : rows_) {
    fmt::format_to(out, "wissel_webhook_dead_letters{{webhook=\"{}\"}} {}\n", webhook,
                   row.dead_letters);
  }
  return text;
}

}  // namespace wissel::webhooks
