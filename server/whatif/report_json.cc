#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "gateway/json_transcoder.h"
#include "router/core/describe.h"
#include "server/whatif/reading.h"
#include "server/whatif/report.h"

namespace wissel::whatif {
namespace {

using forecasting::Figures;
using forecasting::Interval;
using forecasting::Source;
using forecasting::Tally;

std::string Number(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "null";
}

std::string Quoted(const std::string& text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

std::string Of(const Figures& figures, const std::optional<double>& occupancy) {
  const Interval& t = figures.total;
  return fmt::format(
      R"({{"offered": {}, "answered": {}, "answeredInTime": {}, "abandoned": {}, )"
      R"("shortAbandoned": {}, "completed": {}, "serviceLevel": {}, "meanWaitSeconds": {}, )"
      R"("medianWaitSeconds": {}, "p90WaitSeconds": {}, "handledHours": {:.4f}, "occupancy": {}}})",
      t.offered, t.answered, t.in_time, t.abandoned, t.short_abandoned, figures.completed,
      Number(t.ServiceLevel()), Number(t.MeanWaitSeconds()), Number(figures.WaitSeconds(500)),
      Number(figures.WaitSeconds(900)), figures.handled.seconds() / 3600, Number(occupancy));
}

std::string Of(const Source& source) {
  return fmt::format(R"({{"recorded": {}, "drawn": {}}})", source.recorded, source.drawn);
}

std::string Queues(const Comparison& c) {
  static const Figures kNone;
  std::string json;
  for (const auto& [id, figures] : c.rerun.queues()) {
    auto recorded = c.recorded.queues().find(id);
    const bool known = recorded != c.recorded.queues().end();
    if (!json.empty()) json += ", ";
    json +=
        fmt::format(R"({{"name": {}, "recorded": {}, "whatIf": {}}})", Quoted(c.rerun.NameOf(id)),
                    Of(known ? recorded->second : kNone, c.recorded.OccupancyOf(id)),
                    Of(figures, c.rerun.OccupancyOf(id)));
  }
  return json;
}

std::string Of(const std::vector<Interval>& intervals) {
  std::string json;
  for (const Interval& i : intervals) {
    if (!json.empty()) json += ", ";
    json += fmt::format(R"({{"offered": {}, "answered": {}, "abandoned": {}, "serviceLevel": {}, )"
                        R"("meanWaitSeconds": {}}})",
                        i.offered, i.answered, i.abandoned, Number(i.ServiceLevel()),
                        Number(i.MeanWaitSeconds()));
  }
  return "[" + json + "]";
}

std::string MeanOf(Duration sum, int64_t count) {
  if (count == 0) return "null";
  return Number(sum.seconds() / static_cast<double>(count));
}

std::string Of(const Contacts& contacts) {
  return fmt::format(
      R"({{"compared": {}, "shorter": {}, "shorterByMeanSeconds": {}, "longer": {}, )"
      R"("longerByMeanSeconds": {}, "answeredOnlyInRecord": {}, "answeredOnlyInWhatIf": {}}})",
      contacts.compared, contacts.shorter, MeanOf(contacts.shorter_by, contacts.shorter),
      contacts.longer, MeanOf(contacts.longer_by, contacts.longer),
      contacts.answered_only_in_record, contacts.answered_only_in_rerun);
}

std::string Changes(const Comparison& c) {
  return fmt::format(
      R"({{"rules": {}, "volume": {:g}, "seed": {}, "agentsAdded": {}, "agentsLeftOut": {}, )"
      R"("contactsAdded": {}, "contactsLeftOut": {}}})",
      c.options.rules.empty() ? "null" : Quoted(c.options.rules), c.options.volume, c.options.seed,
      c.counts.agents_added, c.counts.agents_left_out, c.counts.copies, c.counts.left_out);
}

std::string Sources(const forecasting::Sources& s) {
  return fmt::format(
      R"({{"answers": {}, "departures": {}, "handling": {}, "wrapUps": {}, "returns": {}}})",
      Of(s.answers), Of(s.patience), Of(s.handling), Of(s.wrap_up), Of(s.come_back));
}

}  // namespace

std::string Json(const Comparison& c) {
  std::string json =
      fmt::format(R"({{"from": "{}", "until": "{}", "changes": {}, "reproduced": {}, )",
                  FormatInstant(c.recording.from), FormatInstant(c.recording.until), Changes(c),
                  c.reproduced ? (*c.reproduced ? "true" : "false") : "null");
  json += fmt::format(R"("events": {{"recorded": {}, "whatIf": {}}}, "readingSeconds": {:.4f}, )"
                      R"("runningSeconds": {:.6f}, "timesRealTime": {:.0f}, )",
                      c.recording.events, c.rerun.events(), c.reading_s, c.running_s,
                      c.period_s() / std::max(c.running_s, 1e-6));
  json += fmt::format(R"("all": {{"recorded": {}, "whatIf": {}}}, "queues": [{}], )",
                      Of(c.recorded.all(), c.recorded.Occupancy()),
                      Of(c.rerun.all(), c.rerun.Occupancy()), Queues(c));
  json += fmt::format(R"("contacts": {}, "sources": {}, "turnedAway": {}, "impossible": {}, )",
                      Of(c.contacts), Sources(c.counts.sources), c.counts.turned_away,
                      c.counts.impossible);
  json += fmt::format(R"("intervals": {{"minutes": {}, "recorded": {}, "whatIf": {}}}}})",
                      kInterval.millis() / 60'000, Of(c.recorded.all().intervals),
                      Of(c.rerun.all().intervals));
  return json + "\n";
}

}  // namespace wissel::whatif
