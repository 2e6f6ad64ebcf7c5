#include "metrics/history/csv/reader.h"

#include <algorithm>
#include <utility>

#include "agents/core/channel.h"
#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/csv/numbers.h"

namespace wissel::metrics {
namespace {

// From this much of a file its looks are found out.
constexpr size_t kHeadBytes = 1 << 20;
constexpr size_t kHeadLines = 20'000;
constexpr int64_t kMostHandleSeconds = 86'400;  // of one contact
constexpr size_t kMostSeries = 100'000;

bool IsName(std::string_view name, size_t most) {
  return !name.empty() && name.size() <= most && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// What somebody may have meant by "Phone NL".
std::string NameLike(std::string_view text) {
  std::string name = Normalized(text);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

bool IsChannelName(std::string_view name) {
  return std::any_of(kChannels.begin(), kChannels.end(),
                     [&](Channel channel) { return name == NameOf(channel); });
}

std::string Shortened(std::string_view cell) {
  constexpr size_t kMost = 60;
  std::string text = ToUtf8(cell.substr(0, kMost));
  return cell.size() > kMost ? text + "..." : text;
}

}  // namespace

absl::StatusOr<HistoryCsvReader> HistoryCsvReader::Open(CsvOptions options, Instant now,
                                                        Sink sink) {
  std::optional<LocalTime> time;
  if (!options.zone.empty()) {
    WISSEL_ASSIGN_OR_RETURN(time, LocalTime::In(options.zone));
  }
  if (!options.channel.empty() && !IsChannelName(options.channel)) {
    return RefuseField("channel", fmt::format("\"{}\" is no channel", options.channel),
                       "voice, email, chat and so on");
  }
  if (!options.queue.empty() && !IsName(options.queue, 63)) {
    return RefuseField("queue", fmt::format("\"{}\" is no queue", options.queue), "phone-nl");
  }
  if (options.interval_minutes && !IsIntervalLength(*options.interval_minutes)) {
    return RefuseField("intervalMin",
                       fmt::format("{} is no length of an interval", *options.interval_minutes),
                       kIntervalLengths);
  }
  return HistoryCsvReader(std::move(options), now, std::move(sink), std::move(time));
}

void HistoryCsvReader::Feed(std::string_view bytes) {
  lines_.Feed(bytes);
  ReadLines();
}

void HistoryCsvReader::End() {
  lines_.End();
  ReadLines();
  if (!layout_ && !unreadable_) FindTheLayout();
}

CsvNotes HistoryCsvReader::notes() const {
  CsvNotes notes = notes_;
  for (const auto& [time, given] : doubled_) {
    ++(given.first && given.second ? notes.doubled_hour : notes.doubled_hour_once);
  }
  return notes;
}

void HistoryCsvReader::AddFault(uint64_t line, std::string what, std::string right) {
  ++fault_count_;
  if (faults_.size() < kMostFaults) faults_.push_back({line, std::move(what), std::move(right)});
}

void HistoryCsvReader::Unusable(uint64_t line, std::string_view cell, const char* what,
                                std::string_view right) {
  if (faults_.size() >= kMostFaults) {
    ++fault_count_;
    return;
  }
  AddFault(line, fmt::format("\"{}\" is {}", Shortened(cell), what), std::string(right));
}

void HistoryCsvReader::ReadLines() {
  std::string_view line;
  while (!unreadable_ && lines_.Next(line)) {
    if (layout_) {
      ReadLine(line, lines_.number());
      continue;
    }
    if (line.find('\0') != std::string_view::npos) {
      unreadable_ = true;
      return AddFault(lines_.number(), "this is no text",
                      "a CSV file in UTF-8, in UTF-16 with its mark, or in Latin-1");
    }
    head_.emplace_back(line);
    head_bytes_ += line.size();
    if (head_bytes_ >= kHeadBytes || head_.size() >= kHeadLines) FindTheLayout();
  }
  if (lines_.too_long() && !unreadable_) {
    unreadable_ = true;
    AddFault(lines_.number() + 1, fmt::format("a line of more than {} bytes", Lines::kLongest),
             "a CSV file");
  }
}

void HistoryCsvReader::FindTheLayout() {
  auto layout = FindLayout(head_, options_);
  const std::vector<std::string> head = std::exchange(head_, {});
  if (!layout.ok()) {
    unreadable_ = true;
    const absl::string_view said = layout.status().message();
    std::string_view what(said.data(), said.size());
    uint64_t line = 1;  // "line 3: ..."
    const size_t colon = what.find(": ");
    if (what.starts_with("line ") && colon != std::string_view::npos) {
      line = std::stoull(std::string(what.substr(5, colon - 5)));
      what.remove_prefix(colon + 2);
    }
    return AddFault(line, std::string(what), WhatWouldBeRight(layout.status()));
  }
  layout_ = *std::move(layout);
  length_text_ = fmt::format("{}", layout_->interval_minutes);
  for (size_t i = layout_->header_line; i < head.size(); ++i) ReadLine(head[i], i + 1);
}

std::string_view HistoryCsvReader::Cell(Column column) const {
  const auto at = layout_->At(column);
  return at ? cells_[*at] : std::string_view();
}

void HistoryCsvReader::ReadLine(std::string_view line, uint64_t number) {
  if (line.empty()) return;
  if (!SplitCells(line, layout_->separator, cells_, unquoted_)) {
    return AddFault(number, "a quote is not closed",
                    "quotes around a cell, and a cell on one line");
  }
  const bool blank =
      std::all_of(cells_.begin(), cells_.end(), [](std::string_view cell) { return cell.empty(); });
  if (blank) return;
  // Programs leave out what is empty at the end, and end lines with a separator.
  while (cells_.size() > layout_->columns && cells_.back().empty()) cells_.pop_back();
  const auto topic = layout_->At(Column::kTopic);
  if (topic && *topic == cells_.size() && cells_.size() + 1 == layout_->columns) {
    cells_.emplace_back();
  }
  if (cells_.size() != layout_->columns) {
    return AddFault(number, fmt::format("{} columns", cells_.size()),
                    fmt::format("{}, as in line {}{}", layout_->columns, layout_->header_line,
                                layout_->separator == ',' && cells_.size() > layout_->columns
                                    ? "; a decimal comma needs quotes, or another separator"
                                    : ""));
  }
  if (layout_->wide()) {
    ReadDay(number);
  } else {
    ReadInterval(number);
  }
}

void HistoryCsvReader::ReadInterval(uint64_t line) {
  const auto stamp = StampOf(line);
  if (!stamp) return;
  const auto series = SeriesOf(line);
  if (!series) return;
  CsvRow row{.line = line, .series = *series, .minutes = layout_->interval_minutes};
  std::optional<int64_t> arrivals;
  if (!ReadCount(line, Cell(Column::kArrivals), "count", arrivals)) return;
  if (!arrivals) {
    ++notes_.without_count;
    return;
  }
  row.arrivals = *arrivals;
  if (!ReadDetails(row)) return;
  const std::string_view length = Cell(Column::kMinutes);
  if (!length.empty() && length != length_text_) {
    return Unusable(line, length, "another length of the interval",
                    fmt::format("{} minutes, as in the other lines", row.minutes));
  }
  const auto start = MomentOf(line, *series, *stamp, false);
  if (!start) return;
  row.start_s = *start;
  Keep(row);
}

void HistoryCsvReader::ReadDay(uint64_t line) {
  const auto day = DayOf(line);
  if (!day) return;
  const auto series = SeriesOf(line);
  if (!series) return;
  for (const CsvLayout::IntervalColumn& interval : layout_->intervals) {
    std::optional<int64_t> arrivals;
    if (!ReadCount(line, cells_[interval.at], "count", arrivals)) continue;
    if (!arrivals) {
      ++notes_.without_count;
      continue;
    }
    const DateAndTime stamp{*day, {.minute = interval.minute}};
    const auto start = MomentOf(line, *series, stamp, *arrivals == 0);
    if (!start) continue;
    Keep({.line = line,
          .series = *series,
          .start_s = *start,
          .minutes = layout_->interval_minutes,
          .arrivals = *arrivals});
  }
}

std::optional<int32_t> HistoryCsvReader::DayOf(uint64_t line) {
  const bool of_date = layout_->At(Column::kDate).has_value();
  const std::string_view cell = Cell(of_date ? Column::kDate : Column::kStart);
  auto day = ReadDate(cell, layout_->dates);
  if (!day) {
    // A spreadsheet's date with a midnight behind it.
    const auto both = ReadDateAndTime(cell, layout_->dates);
    if (both && both->time.minute == 0) day = both->day;
  }
  if (!day) {
    const bool month_first = layout_->dates == DateOrder::kDayFirst && OrderIn(cell).has_value();
    Unusable(line, cell, "no date",
             month_first ? "dates with the day first; where the month is first, say so (--dates)"
                         : "2026-03-29 or 29/03/2026");
  }
  return day;
}

std::optional<DateAndTime> HistoryCsvReader::StampOf(uint64_t line) {
  if (!layout_->At(Column::kStart)) {
    const auto day = DayOf(line);
    if (!day) return std::nullopt;
    const auto time = ReadTime(Cell(Column::kTime));
    if (!time) {
      Unusable(line, Cell(Column::kTime), "no time of day", "09:15");
      return std::nullopt;
    }
    return DateAndTime{*day, *time};
  }
  const std::string_view cell = Cell(Column::kStart);
  const auto stamp = ReadDateAndTime(cell, layout_->dates);
  if (!stamp) {
    const bool month_first =
        layout_->dates == DateOrder::kDayFirst && OrderIn(cell) == DateOrder::kMonthFirst;
    Unusable(line, cell, "no moment",
             month_first ? "dates with the day first; where the month is first, say so (--dates)"
                         : "a date and a time, 2026-11-02T09:00:00+01:00 or 02/11/2026 09:00");
  }
  return stamp;
}

std::optional<uint32_t> HistoryCsvReader::SeriesOf(uint64_t line) {
  const std::string_view queue = Cell(Column::kQueue);
  const std::string_view channel = Cell(Column::kChannel);
  const std::string_view topic = Cell(Column::kTopic);
  key_.assign(queue).append(1, '\0').append(channel).append(1, '\0').append(topic);
  if (!series_.empty() && key_ == last_key_) return last_series_;
  const auto known = series_of_.find(key_);
  uint32_t index = 0;
  if (known != series_of_.end()) {
    index = known->second;
  } else {
    auto named = NameSeries(line, queue, channel, topic);
    if (!named) return std::nullopt;
    const auto same = index_.find(*named);
    if (same == index_.end() && series_.size() == kMostSeries) {
      AddFault(line, fmt::format("more than {} queues and topics", kMostSeries), "");
      return std::nullopt;
    }
    index = same != index_.end() ? same->second : static_cast<uint32_t>(series_.size());
    if (same == index_.end()) {
      index_.emplace(*named, index);
      series_.push_back(*std::move(named));
      last_start_s_.push_back(INT64_MIN);
    }
    series_of_.emplace(key_, index);
  }
  last_key_ = key_;
  last_series_ = index;
  return index;
}

std::optional<SeriesName> HistoryCsvReader::NameSeries(uint64_t line, std::string_view queue,
                                                       std::string_view channel,
                                                       std::string_view topic) {
  SeriesName series;
  const std::string as_written = ToUtf8(queue);
  const auto renamed = options_.queues.find(as_written);
  series.queue = renamed != options_.queues.end() ? renamed->second
                 : layout_->At(Column::kQueue)    ? as_written
                                                  : options_.queue;
  if (series.queue.starts_with("queues/")) series.queue.erase(0, 7);
  if (!IsName(series.queue, 63)) {
    const std::string like = NameLike(as_written);
    Unusable(line, queue, "no queue",
             like.empty() ? "phone-nl, or queues/phone-nl"
                          : fmt::format("the name that the center has for it (--rename \"{}={}\")",
                                        Shortened(queue), like));
    return std::nullopt;
  }
  series.channel = channel.empty() ? options_.channel : Normalized(channel);
  if (!series.channel.empty() && !IsChannelName(series.channel)) {
    Unusable(line, channel, "no channel", "voice, email, chat and so on");
    return std::nullopt;
  }
  if (!topic.empty() && !IsName(topic, 40)) {
    Unusable(line, topic, "no topic",
             "1 to 40 small letters, digits and hyphens, or nothing for all topics");
    return std::nullopt;
  }
  series.topic = topic;
  return series;
}

std::optional<int64_t> HistoryCsvReader::MomentOf(uint64_t line, uint32_t series,
                                                  const DateAndTime& stamp, bool zero) {
  const auto wall = [&] {
    return fmt::format("{} {:02}:{:02}", DayText(stamp.day), stamp.time.minute / 60,
                       stamp.time.minute % 60);
  };
  const int length = layout_->interval_minutes;
  if (stamp.time.minute % length != 0) {
    AddFault(line, fmt::format("{} does not begin an interval of {} minutes", wall(), length),
             "beginnings an interval apart; another length can be given (--interval-min)");
    return std::nullopt;
  }
  if (stamp.time.until && *stamp.time.until - stamp.time.minute != length) {
    AddFault(line,
             fmt::format("from {} on {} minutes", wall(), *stamp.time.until - stamp.time.minute),
             fmt::format("{} minutes, as in the other lines", length));
    return std::nullopt;
  }
  if (stamp.time.offset_minutes) {
    return (int64_t{stamp.day} * 1440 + stamp.time.minute - *stamp.time.offset_minutes) * 60;
  }
  if (!time_) {
    AddFault(line, fmt::format("{} could be anywhere", wall()),
             "an offset behind the time, or the zone of the file (--zone)");
    return std::nullopt;
  }
  const LocalTime::Moments moments = time_->At(stamp.day, stamp.time.minute);
  switch (moments.kind) {
    case LocalTime::Moments::Kind::kOnce:
      return moments.first_s;
    case LocalTime::Moments::Kind::kTwice:
      return OfDoubledHour(line, series, moments, stamp);
    case LocalTime::Moments::Kind::kNever:
      break;
  }
  if (zero) {
    ++notes_.skipped_hour;
    return std::nullopt;
  }
  AddFault(line,
           fmt::format("there was no {} in {}: the clock was put forward", wall(), time_->zone()),
           "the zone of the file (--zone), or times with their offset");
  return std::nullopt;
}

// The first of the two that the file has is the earlier one, unless it runs backwards.
std::optional<int64_t> HistoryCsvReader::OfDoubledHour(uint64_t line, uint32_t series,
                                                       const LocalTime::Moments& moments,
                                                       const DateAndTime& stamp) {
  Given& given = doubled_[Doubled{series, moments.first_s}];
  const bool backwards = last_start_s_[series] > moments.second_s;
  if (!given.first && !(backwards && !given.second)) {
    given.first = true;
    return moments.first_s;
  }
  if (!given.second) {
    given.second = true;
    return moments.second_s;
  }
  AddFault(line,
           fmt::format("{} {:02}:{:02} stands in the file for the third time", DayText(stamp.day),
                       stamp.time.minute / 60, stamp.time.minute % 60),
           "twice at most: the clock was put back once");
  return std::nullopt;
}

void HistoryCsvReader::Keep(CsvRow row) {
  last_start_s_[row.series] = row.start_s;
  if (row.start_s < 0 || (row.start_s + row.minutes * 60) * 1000 > now_.millis()) {
    AddFault(row.line, row.start_s < 0 ? "this was before 1970" : "this interval is not over",
             "past intervals only");
    return;
  }
  ++rows_;
  sink_(row);
}

bool HistoryCsvReader::ReadCount(uint64_t line, std::string_view cell, std::string_view name,
                                 std::optional<int64_t>& count) {
  const NumberText read = ReadNumber(cell, layout_->decimal);
  if (read.kind == NumberText::Kind::kEmpty) return true;
  if (read.kind == NumberText::Kind::kNumber && read.thousandths <= kMostCount * 1000) {
    count = read.thousandths;
    notes_.fractions += read.thousandths % 1000 != 0;
    return true;
  }
  Unusable(line, cell, name == "count" ? "no count" : "no number",
           fmt::format("a number from 0 to {}", kMostCount));
  return false;
}

bool HistoryCsvReader::ReadDetails(CsvRow& row) {
  if (!ReadCount(row.line, Cell(Column::kAnswered), "count", row.answered)) return false;
  if (!ReadCount(row.line, Cell(Column::kAbandoned), "count", row.abandoned)) return false;
  const int64_t handled = row.answered.value_or(row.arrivals);
  for (Column column : {Column::kAht, Column::kHandle}) {
    if (!layout_->At(column)) continue;
    const std::string_view cell = Cell(column);
    const NumberText read = ReadSeconds(cell, layout_->decimal);
    if (read.kind == NumberText::Kind::kEmpty) continue;
    const bool mean = column == Column::kAht;
    // Who was answered before may be done with in this interval.
    const int64_t contacts = std::max<int64_t>({row.arrivals, handled, 1000}) / 1000 + 1;
    const int64_t most = kMostHandleSeconds * 1000 * (mean ? 1 : contacts);
    if (read.kind != NumberText::Kind::kNumber || read.thousandths > most) {
      Unusable(row.line, cell, mean ? "no mean handle time" : "no handle time of so many contacts",
               "seconds, or 0:03:05; at most a day for a contact");
      return false;
    }
    row.handle_ms = mean ? read.thousandths * handled / 1000 : read.thousandths;
  }
  return true;
}

}  // namespace wissel::metrics
