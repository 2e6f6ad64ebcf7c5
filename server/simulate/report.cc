#include "server/simulate/report.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "fmt/format.h"
#include "forecasting/core/simulation/estimate.h"
#include "gateway/json_transcoder.h"

namespace wissel::simulate {
namespace {

using simulation::Estimate;
using simulation::Model;
using simulation::QueueEstimates;
using simulation::Tally;

std::string Quoted(const std::string& text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

std::string Of(const Estimate& e) {
  return fmt::format(R"({{"value": {:.8g}, "halfWidth": {}}})", e.value,
                     e.half_width ? fmt::format("{:.8g}", *e.half_width) : "null");
}

std::string Fields(const QueueEstimates& e) {
  return fmt::format(
      R"("offered": {}, "serviceLevel": {}, "answeredInTime": {}, "blocked": {}, "refused": {}, )"
      R"("abandoned": {}, "delayed": {}, "answeredBeyond": {}, "answerSeconds": {}, )"
      R"("meanWaitSeconds": {}, "handleSeconds": {})",
      Of(e.offered), Of(e.service_level), Of(e.answered_in_time), Of(e.blocked), Of(e.refused),
      Of(e.abandoned), Of(e.delayed), Of(e.beyond), Of(e.answer_s), Of(e.wait_s), Of(e.handle_s));
}

std::vector<size_t> AllQueues(const Model& model) {
  std::vector<size_t> all(model.queues.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// Of one interval, each replication an observation.
std::vector<Tally> OfInterval(const simulation::RunResult& result, size_t interval) {
  std::vector<Tally> tallies;
  for (const auto& replication : result.replications) tallies.push_back(replication[interval]);
  return tallies;
}

std::string Percent(const Estimate& e) {
  return e.half_width ? fmt::format("{:.2f} ±{:.2f} %", 100 * e.value, 100 * *e.half_width)
                      : fmt::format("{:.2f} %", 100 * e.value);
}
std::string Seconds(const Estimate& e) {
  return e.half_width ? fmt::format("{:.1f} ±{:.1f} s", e.value, *e.half_width)
                      : fmt::format("{:.1f} s", e.value);
}

std::string Row(const std::string& name, const QueueEstimates& e) {
  return fmt::format("{:<22}{:>12.1f}{:>18}{:>18}{:>16}{:>16}\n", name, e.offered.value,
                     Percent(e.service_level), Percent(e.abandoned), Seconds(e.answer_s),
                     Percent(e.blocked));
}

}  // namespace

std::string Json(const Report& report) {
  const Model& model = report.model;
  const std::vector<Tally> observations = report.result.Observations(model);
  std::string json;
  for (size_t q = 0; q < model.queues.size(); ++q) {
    const auto& queue = model.queues[q];
    json +=
        fmt::format(R"({{"kind": "queue", "queue": {}, {}, "withinSeconds": {:g}, "target": {:g}, )"
                    R"("variant": "{}"}})"
                    "\n",
                    Quoted(queue.name), Fields(EstimateQueues(observations, {q}, queue.variant)),
                    queue.threshold_s, queue.target, std::string(NameOf(queue.variant)));
  }
  const auto variant = model.queues.front().variant;
  const std::vector<size_t> all = AllQueues(model);
  json += fmt::format("{{\"kind\": \"all\", {}}}\n",
                      Fields(EstimateQueues(observations, all, variant)));
  for (size_t g = 0; g < model.groups.size(); ++g) {
    json += fmt::format("{{\"kind\": \"group\", \"group\": {}, \"occupancy\": {}}}\n",
                        Quoted(model.groups[g].name),
                        Of(simulation::EstimateOccupancy(observations, g)));
  }
  for (size_t i = 0; model.batches == 1 && model.intervals > 1 && i < model.intervals; ++i) {
    const std::vector<Tally> tallies = OfInterval(report.result, i);
    for (size_t q = 0; q < model.queues.size(); ++q) {
      const auto e = EstimateQueues(tallies, {q}, model.queues[q].variant);
      json += fmt::format(R"({{"kind": "interval", "interval": {}, "queue": {}, "offered": {}, )"
                          R"("serviceLevel": {}, "abandoned": {}, "answerSeconds": {}}})"
                          "\n",
                          i + 1, Quoted(model.queues[q].name), Of(e.offered), Of(e.service_level),
                          Of(e.abandoned), Of(e.answer_s));
    }
  }
  const simulation::RunResult& r = report.result;
  json += fmt::format(
      R"({{"kind": "run", "replications": {}, "observations": {}, "contacts": {}, "events": {}, )"
      R"("seconds": {:.4g}, "contactsPerSecondAndThread": {:.6g}}})"
      "\n",
      r.replications.size(), observations.size(), r.size.contacts, r.size.events, report.seconds,
      static_cast<double>(r.size.contacts) / r.seconds);
  return json;
}

std::string Text(const Report& report) {
  const Model& model = report.model;
  const std::vector<Tally> observations = report.result.Observations(model);
  std::string text = fmt::format("{:<22}{:>12}{:>17}{:>17}{:>15}{:>15}\n", "queue", "offered",
                                 "service level", "abandoned", "answer", "blocked");
  for (size_t q = 0; q < model.queues.size(); ++q) {
    text += Row(model.queues[q].name, EstimateQueues(observations, {q}, model.queues[q].variant));
  }
  if (model.queues.size() > 1) {
    text += Row("all", EstimateQueues(observations, AllQueues(model), model.queues[0].variant));
  }
  text += fmt::format("\n{:<22}{:>18}\n", "group", "occupancy");
  for (size_t g = 0; g < model.groups.size(); ++g) {
    text += fmt::format("{:<22}{:>18}\n", model.groups[g].name,
                        Percent(simulation::EstimateOccupancy(observations, g)));
  }
  const simulation::RunResult& r = report.result;
  text += fmt::format(
      "\n{} observations, ± at 95 %; {} contacts, {:.1f} s, {:.0f} contacts/s and thread\n",
      observations.size(), r.size.contacts, report.seconds,
      static_cast<double>(r.size.contacts) / r.seconds);
  return text;
}

}  // namespace wissel::simulate
