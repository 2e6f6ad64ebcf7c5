#include "server/whatif/report.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "fmt/format.h"
#include "router/core/describe.h"
#include "server/whatif/reading.h"

namespace wissel::whatif {
namespace {

using forecasting::Figures;
using forecasting::FirstWait;
using forecasting::Interval;
using forecasting::Source;
using forecasting::Tally;

// A terminal of 80 columns, less the words before the bars.
constexpr size_t kMostBars = 64;

std::string Share(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "-";
}

std::string Seconds(const std::optional<double>& seconds) {
  if (!seconds) return "-";
  if (*seconds < 600) return fmt::format("{:.1f} s", *seconds);
  if (*seconds < 36'000) return fmt::format("{:.1f} min", *seconds / 60);
  return fmt::format("{:.1f} h", *seconds / 3600);
}

std::string Row(const std::string& name, const char* run, const Figures& figures,
                const std::optional<double>& occupancy) {
  const Interval& total = figures.total;
  return fmt::format("{:<26.26} {:<8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", name, run,
                     total.offered, total.answered, total.abandoned, Share(total.ServiceLevel()),
                     Seconds(total.MeanWaitSeconds()), Seconds(figures.WaitSeconds(500)),
                     Seconds(figures.WaitSeconds(900)), Share(occupancy));
}

std::string Table(const Comparison& c) {
  std::string text = fmt::format("{:<26} {:<8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
                                 "", "", "offered", "answered", "abandoned", "in time", "mean wait",
                                 "median", "P90", "occupancy");
  text += Row("all queues", "recorded", c.recorded.all(), c.recorded.Occupancy());
  text += Row("", "what if", c.rerun.all(), c.rerun.Occupancy());
  static const Figures kNone;
  for (const auto& [id, figures] : c.rerun.queues()) {
    auto recorded = c.recorded.queues().find(id);
    const bool known = recorded != c.recorded.queues().end();
    text += Row(c.rerun.NameOf(id), "recorded", known ? recorded->second : kNone,
                c.recorded.OccupancyOf(id));
    text += Row("", "what if", figures, c.rerun.OccupancyOf(id));
  }
  return text;
}

std::string Was(const Source& source) {
  return fmt::format("{} recorded, {} drawn", source.recorded, source.drawn);
}

std::string Changes(const Comparison& c) {
  if (c.reproduced) return "nothing is otherwise";
  std::vector<std::string> parts;
  if (!c.options.rules.empty()) parts.push_back("the rules of " + c.options.rules);
  if (c.options.volume != 1) {
    parts.push_back(fmt::format("{:g} times the contacts ({} added, {} left out)", c.options.volume,
                                c.counts.copies, c.counts.left_out));
  }
  if (c.counts.agents_added > 0)
    parts.push_back(fmt::format("{} more agents", c.counts.agents_added));
  if (c.counts.agents_left_out > 0) {
    parts.push_back(fmt::format("{} fewer agents", c.counts.agents_left_out));
  }
  return fmt::format("{}; seed {}", fmt::join(parts, ", "), c.options.seed);
}

std::string MeanOf(Duration sum, int64_t count) {
  if (count == 0) return "";
  return fmt::format(", by {} in the mean", Seconds(sum.seconds() / static_cast<double>(count)));
}

std::string ContactsText(const Contacts& contacts) {
  std::string text = fmt::format(
      "Of {} contacts that were answered in both, {} would have waited shorter{}, and {} "
      "longer{}.\n",
      contacts.compared, contacts.shorter, MeanOf(contacts.shorter_by, contacts.shorter),
      contacts.longer, MeanOf(contacts.longer_by, contacts.longer));
  text += fmt::format("{} would have been answered that were not, and {} not that were.\n",
                      contacts.answered_only_in_rerun, contacts.answered_only_in_record);
  return text;
}

std::string SourcesText(const Comparison& c) {
  const forecasting::Sources& s = c.counts.sources;
  std::string text = fmt::format(
      "From the record or drawn: answers to offers {}; departures {}; handling {}; wrap-ups {} "
      "drawn; returns after a missed offer {}.\n",
      Was(s.answers), Was(s.patience), Was(s.handling), s.wrap_up.drawn, Was(s.come_back));
  if (c.counts.turned_away > 0) {
    text +=
        fmt::format("{} contacts were turned away: the queue was closed.\n", c.counts.turned_away);
  }
  if (c.counts.impossible > 0) {
    text += fmt::format("{} things that people did could not be done.\n", c.counts.impossible);
  }
  return text;
}

std::vector<std::optional<double>> Levels(const std::vector<Interval>& intervals, size_t width,
                                          size_t bars) {
  std::vector<std::optional<double>> levels;
  for (size_t bar = 0; bar < bars; ++bar) {
    Interval sum;
    for (size_t i = bar * width; i < std::min((bar + 1) * width, intervals.size()); ++i) {
      sum.answered += intervals[i].answered;
      sum.in_time += intervals[i].in_time;
      sum.abandoned += intervals[i].abandoned;
      sum.short_abandoned += intervals[i].short_abandoned;
    }
    levels.push_back(sum.ServiceLevel());
  }
  return levels;
}

std::string Plot(const Comparison& c) {
  const std::vector<Interval>& recorded = c.recorded.all().intervals;
  const std::vector<Interval>& rerun = c.rerun.all().intervals;
  const size_t count = std::max(recorded.size(), rerun.size());
  if (count < 2) return "";
  const size_t width = (count + kMostBars - 1) / kMostBars;
  const size_t bars = (count + width - 1) / width;
  return fmt::format(
      "Service level in every {} min from {} on, 0 to 100 %:\n  recorded  {}\n  what if   {}\n",
      static_cast<int64_t>(width) * kInterval.millis() / 60'000, FormatInstant(c.recording.from),
      Bars(Levels(recorded, width, bars), 1), Bars(Levels(rerun, width, bars), 1));
}

}  // namespace

void Count(const forecasting::ItemScript& script, const FirstWait& rerun, Contacts& contacts) {
  const bool known = script.arrival && rerun.end != FirstWait::End::kNotKnown;
  if (!known) return;
  const forecasting::Stay& before = script.stays.front();
  const bool answered = rerun.end == FirstWait::End::kAnswered;
  contacts.answered_only_in_rerun += answered && before.departure;
  contacts.answered_only_in_record += !answered && before.answered;
  if (!answered || !before.answered) return;
  ++contacts.compared;
  const Duration gain = before.waited - rerun.waited;
  if (gain > Duration()) {
    ++contacts.shorter;
    contacts.shorter_by += gain;
  } else if (gain < Duration()) {
    ++contacts.longer;
    contacts.longer_by += Duration() - gain;
  }
}

Contacts CompareContacts(const forecasting::Recording& recording,
                         const std::vector<FirstWait>& rerun) {
  Contacts contacts;
  for (size_t i = 0; i < recording.items.size(); ++i) {
    Count(recording.items[i], rerun[i], contacts);
  }
  return contacts;
}

std::string Bars(const std::vector<std::optional<double>>& values, double most) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string bars;
  for (const std::optional<double>& value : values) {
    if (!value) {
      bars += "·";
      continue;
    }
    const double height = std::clamp(*value / most, 0.0, 1.0) * 7;
    bars += kBlocks[static_cast<size_t>(std::lround(height))];
  }
  return bars;
}

std::string Text(const Comparison& c) {
  std::string text = fmt::format("What if: {}.\n", Changes(c));
  text += fmt::format(
      "{} to {}: {} events of the record, {} of the re-run. Read in {:.2f} s; run again in {:.3f} "
      "s, {:.0f} times as fast as it was.\n\n",
      FormatInstant(c.recording.from), FormatInstant(c.recording.until), c.recording.events,
      c.rerun.events(), c.reading_s, c.running_s, c.period_s() / std::max(c.running_s, 1e-6));
  text += Table(c) + "\n";
  if (c.reproduced) {
    text += *c.reproduced ? "The re-run came to the recorded events, every one of them.\n"
                          : "THE RE-RUN DID NOT COME TO THE RECORDED EVENTS.\n";
  } else {
    text += ContactsText(c.contacts) + SourcesText(c);
  }
  const std::string plot = Plot(c);
  if (!plot.empty()) text += "\n" + plot;
  return text;
}

}  // namespace wissel::whatif
