#include "forecasting/history/export.h"

#include <xlsxwriter.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::forecasting {
namespace {

using metrics::HistoryCell;
using metrics::LocalTime;

// What a row says behind start, queue, channel, topic and minutes, and what JSON calls it.
struct Figure {
  const char* column;
  const char* json;
  std::optional<double> HistoryCell::*value;
};
constexpr std::array<Figure, 11> kFigures = {{
    {"offered_here", "offered", &HistoryCell::offered},
    {"answered", "answered", &HistoryCell::answered},
    {"answered_in_time", "answeredInTime", &HistoryCell::answered_in_time},
    {"abandoned", "abandoned", &HistoryCell::abandoned},
    {"short_abandoned", "shortAbandoned", &HistoryCell::short_abandoned},
    {"completed", "completed", &HistoryCell::handled},
    {"handle_s", "handleSeconds", &HistoryCell::handle_s},
    {"hold_s", "holdSeconds", &HistoryCell::hold_s},
    {"wrap_s", "wrapSeconds", &HistoryCell::wrap_s},
    {"wait_s", "waitSeconds", &HistoryCell::wait_s},
    {"waiting_at_end", "waiting", &HistoryCell::waiting},
}};

// Whole numbers without a point; never 1e+06, which no table reads.
std::string Number(double value) {
  std::string text = fmt::format("{:.3f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// A spreadsheet takes a cell that begins so for a formula, quoted or not.
std::string Harmless(const std::string& text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  return formula ? "'" + text : text;
}

int MinutesOf(const SeriesRow& row) { return static_cast<int>((row.end_s - row.start_s) / 60); }

std::string OffsetText(int minutes) {
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                     std::abs(minutes) % 60);
}

}  // namespace

std::string ExportCsv(const std::vector<ExportedSeries>& all, const LocalTime& time) {
  std::string out = "start,queue,channel,topic,minutes,arrivals";
  for (const Figure& figure : kFigures) out += fmt::format(",{}", figure.column);
  out += ",imported\n";
  for (const ExportedSeries& series : all) {
    const std::string name =
        fmt::format("{},{},{}", Harmless(series.name.queue), Harmless(series.name.channel),
                    Harmless(series.name.topic));
    for (const SeriesRow& row : series.rows) {
      if (!row.known) continue;
      out += fmt::format("{},{},{},{}", StampText(time, row.start_s), name, MinutesOf(row),
                         Number(row.sums.arrivals));
      for (const Figure& figure : kFigures) {
        const auto& value = row.sums.*figure.value;
        out += ',';
        if (value) out += Number(*value);
      }
      out += row.imported ? ",1\n" : ",0\n";
    }
  }
  return out;
}

std::string ExportJson(const std::vector<ExportedSeries>& all, const LocalTime& time) {
  std::string out;
  for (const ExportedSeries& series : all) {
    // Names are of small letters, digits and hyphens.
    std::string name = fmt::format(R"("queue": "{}")", series.name.queue);
    if (!series.name.channel.empty())
      name += fmt::format(R"(, "channel": "{}")", series.name.channel);
    if (!series.name.topic.empty()) name += fmt::format(R"(, "topic": "{}")", series.name.topic);
    for (const SeriesRow& row : series.rows) {
      if (!row.known) continue;
      out += fmt::format(R"({{"start": "{}", {}, "minutes": {}, "arrivals": {})",
                         StampText(time, row.start_s), name, MinutesOf(row),
                         Number(row.sums.arrivals));
      for (const Figure& figure : kFigures) {
        const auto& value = row.sums.*figure.value;
        if (value) out += fmt::format(R"(, "{}": {})", figure.json, Number(*value));
      }
      out += fmt::format(R"(, "imported": {}}})", row.imported);
      out += '\n';
    }
  }
  return out;
}

namespace {

// One sheet of an XLSX file while it is written, row by row.
class Sheet {
 public:
  Sheet(lxw_workbook* book, const LocalTime& time)
      : time_(time),
        sheet_(workbook_add_worksheet(book, "history")),
        date_(workbook_add_format(book)),
        bold_(workbook_add_format(book)) {
    format_set_num_format(date_, "yyyy-mm-dd hh:mm");
    format_set_bold(bold_);
    worksheet_set_column(sheet_, 0, 0, 17, nullptr);
    worksheet_freeze_panes(sheet_, 1, 0);
  }

  void WriteHeader() {
    for (const char* name :
         {"start", "offset", "queue", "channel", "topic", "minutes", "arrivals"}) {
      worksheet_write_string(sheet_, 0, column_++, name, bold_);
    }
    for (const Figure& figure : kFigures) {
      worksheet_write_string(sheet_, 0, column_++, figure.column, bold_);
    }
    worksheet_write_string(sheet_, 0, column_, "imported", bold_);
  }

  void Write(const metrics::SeriesName& name, const SeriesRow& row) {
    ++row_;
    column_ = 0;
    const LocalTime::Wall wall = time_.WallAt(row.start_s);
    const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + wall.day;
    lxw_datetime start{static_cast<int>(day.year()),
                       day.month(),
                       day.day(),
                       wall.minute / 60,
                       wall.minute % 60,
                       0};
    worksheet_write_datetime(sheet_, row_, column_++, &start, date_);
    // A text stays a text in this format, whatever it begins with.
    for (const std::string& text :
         {OffsetText(wall.offset_minutes), name.queue, name.channel, name.topic}) {
      if (!text.empty()) worksheet_write_string(sheet_, row_, column_, text.c_str(), nullptr);
      ++column_;
    }
    Number(MinutesOf(row));
    Number(row.sums.arrivals);
    for (const Figure& figure : kFigures) Number(row.sums.*figure.value);
    worksheet_write_boolean(sheet_, row_, column_, row.imported ? 1 : 0, nullptr);
  }
  bool full() const { return row_ + 1 >= LXW_ROW_MAX; }

 private:
  void Number(const std::optional<double>& value) {
    if (value) worksheet_write_number(sheet_, row_, column_, *value, nullptr);
    ++column_;
  }

  const LocalTime& time_;
  lxw_worksheet* sheet_;
  lxw_format* date_;
  lxw_format* bold_;
  lxw_row_t row_ = 0;
  lxw_col_t column_ = 0;
};

}  // namespace

absl::Status ExportXlsx(const std::vector<ExportedSeries>& all, const LocalTime& time,
                        const std::string& path) {
  // Rows go to a temporary file as they are written, and not into memory.
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
  if (book == nullptr) return absl::UnavailableError(fmt::format("{} cannot be written", path));
  Sheet sheet(book, time);
  sheet.WriteHeader();
  bool too_many = false;
  for (const ExportedSeries& series : all) {
    for (const SeriesRow& row : series.rows) {
      if (!row.known) continue;
      too_many = too_many || sheet.full();
      if (!too_many) sheet.Write(series.name, row);
    }
  }
  const lxw_error written = workbook_close(book);
  if (written != LXW_NO_ERROR) {
    return absl::UnavailableError(fmt::format("{}: {}", path, lxw_strerror(written)));
  }
  if (too_many) {
    return absl::ResourceExhaustedError(fmt::format(
        "more than the {} rows of a sheet: fewer days or queues, longer intervals, or CSV",
        static_cast<int>(LXW_ROW_MAX)));
  }
  return absl::OkStatus();
}

}  // namespace wissel::forecasting
