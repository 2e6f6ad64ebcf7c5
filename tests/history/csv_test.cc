// Tables of past counts as people have them: every way to write one that is understood, and what is
// said of those that are not.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "fmt/format.h"
#include "metrics/history/csv/numbers.h"
#include "metrics/history/csv/reader.h"

namespace wissel::metrics {
namespace {

constexpr Instant kNow = Instant::FromMillis(1'798'761'600'000);  // 1 January 2027

struct Read {
  std::vector<CsvRow> rows;
  std::vector<SeriesName> series;
  std::vector<CsvFault> faults;
  CsvNotes notes;
  std::optional<CsvLayout> layout;
};

Read ReadAll(std::string_view text, CsvOptions options = {.zone = "Europe/Brussels"},
             size_t piece = 1 << 20) {
  Read read;
  auto reader = HistoryCsvReader::Open(std::move(options), kNow,
                                       [&](const CsvRow& row) { read.rows.push_back(row); });
  EXPECT_TRUE(reader.ok()) << reader.status();
  for (size_t at = 0; at < text.size(); at += piece) reader->Feed(text.substr(at, piece));
  reader->End();
  read.series = reader->series();
  read.faults = reader->faults();
  read.notes = reader->notes();
  read.layout = reader->layout();
  return read;
}

std::string Faults(const Read& read) {
  std::string all;
  for (const CsvFault& fault : read.faults) {
    all += fmt::format("{}{}: {}", all.empty() ? "" : "\n", fault.line, fault.what);
  }
  return all;
}

// Every row as "queue start arrivals".
std::string Rows(const Read& read, const std::string& zone = "Europe/Brussels") {
  const LocalTime time = *LocalTime::In(zone);
  std::string all = Faults(read);
  for (const CsvRow& row : read.rows) {
    all += fmt::format("{}{} {} {}", all.empty() ? "" : "\n", read.series[row.series].queue,
                       StampText(time, row.start_s), static_cast<double>(row.arrivals) / 1000);
  }
  return all;
}

constexpr const char* kTwoRows =
    "tax 2026-03-02T09:00:00+01:00 31\n"
    "tax 2026-03-02T09:15:00+01:00 1204";

TEST(HistoryCsv, TheSameTableInManyHands) {
  const char* tables[] = {
      "start,queue,arrivals\n2026-03-02T08:00:00Z,tax,31\n2026-03-02T08:15:00Z,queues/tax,1204\n",
      "\xEF\xBB\xBFQueue;Start;Offered\r\ntax;2026-03-02 09:00;31\r\ntax;2026-03-02 "
      "09:15;1.204\r\n",
      "sep=;\nWachtrij;Datum;Tijd;Aangeboden\ntax;02/03/2026;9:00;31\ntax;02/03/2026;9:15;1 204",
      "Calls per quarter\nmade on 3 March\n\nDate\tInterval\tQueue\tCalls\n"
      "2-3-26\t09:00-09:15\ttax\t31,0\n2-3-26\t09:15 - 09:30\ttax\t1.204,0\n",
      "queue|timestamp|count|remark\ntax|20260302 0900|\"31\"|\"a \"\"quiet\"\" day\"\n"
      "tax|20260302 0915|1'204|\n",
      "Start,Queue,\"Calls Offered\"\r02.03.2026 09:00:00,tax,31\r02.03.2026 "
      "09:15:00,tax,\"1,204\"\r",
      "file d'attente;date;heure;appels re\xE7us\ntax;02/03/2026;9h00;31\ntax;02/03/2026;9h15;"
      "1\xA0"
      "204\n",
      "date,queue,09:00,09:15\n2026-03-02,tax,31,1204\n",
      "Date;Queue;08:45-09:00;09:00-09:15;09:15-09:30\n02/03/2026;tax;;31;1204\n",
      "start,queue,arrivals\n3/2/2026 9:00 AM,tax,31\n3/2/2026 9:15 AM,tax,1204\n",
  };
  for (const char* table : tables) {
    CsvOptions options{.zone = "Europe/Brussels"};
    if (std::string_view(table).find(" AM") != std::string_view::npos) {
      options.dates = DateOrder::kMonthFirst;
    }
    EXPECT_EQ(Rows(ReadAll(table, options)), kTwoRows) << table;
  }
}

TEST(HistoryCsv, Utf16InEitherOrder) {
  const std::string text =
      "start;queue;arrivals;opmerking\n2026-03-02 09:00;tax;31;h\xC3\xA9\n"
      "2026-03-02 09:15;tax;1204;\xF0\x9F\x93\x9E\n";
  for (const bool little : {true, false}) {
    std::string utf16 = little ? "\xFF\xFE" : "\xFE\xFF";
    const auto unit = [&](unsigned u) {
      const char low = static_cast<char>(u & 0xFF), high = static_cast<char>(u >> 8);
      utf16 += little ? low : high;
      utf16 += little ? high : low;
    };
    for (size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c == 0xC3) {
        unit(0xE9), ++i;
      } else if (c == 0xF0) {
        unit(0xD83D), unit(0xDCDE), i += 3;
      } else {
        unit(c);
      }
    }
    for (size_t piece : {1U, 3U, 1000U}) {
      EXPECT_EQ(Rows(ReadAll(utf16, {.zone = "Europe/Brussels"}, piece)), kTwoRows);
    }
  }
  EXPECT_EQ(Faults(ReadAll(std::string_view("s\0t\0\n\0", 6))), "1: this is no text");
}

TEST(HistoryCsv, WhatTheCallerSaysGoesBeforeWhatIsFound) {
  const Read read = ReadAll("when,who,how many,other\n01/02/2026 09:00,Phone NL,3,x\n",
                            {.zone = "UTC",
                             .channel = "voice",
                             .queues = {{"Phone NL", "phone-nl"}},
                             .columns = {{Column::kStart, "when"},
                                         {Column::kQueue, "who"},
                                         {Column::kArrivals, "how many"}},
                             .dates = DateOrder::kMonthFirst,
                             .interval_minutes = 30});
  EXPECT_EQ(Rows(read, "UTC"), "phone-nl 2026-01-02T09:00:00+00:00 3");
  EXPECT_EQ(read.rows[0].minutes, 30);
  EXPECT_EQ(read.series[0].channel, "voice");
  EXPECT_EQ(read.layout->ignored, std::vector<std::string>{"other"});
  EXPECT_EQ(
      Rows(ReadAll("start,count\n2026-03-02 09:00,3\n", {.zone = "UTC", .queue = "tax"}), "UTC"),
      "tax 2026-03-02T09:00:00+00:00 3");
}

TEST(HistoryCsv, TheMonthFirstWhereADateCanBeNothingElse) {
  std::string table = "start,queue,arrivals\n";
  for (int day : {3, 12, 13}) table += fmt::format("02/{:02}/2026 09:00,tax,1\n", day);
  const Read read = ReadAll(table);
  EXPECT_EQ(Rows(read),
            "tax 2026-02-03T09:00:00+01:00 1\ntax 2026-02-12T09:00:00+01:00 1\n"
            "tax 2026-02-13T09:00:00+01:00 1");
  EXPECT_FALSE(read.layout->dates_assumed);
  EXPECT_TRUE(ReadAll("start,queue,arrivals\n02/03/2026 09:00,tax,1\n").layout->dates_assumed);
}

TEST(HistoryCsv, DetailsAreReadInTheirUnits) {
  const Read read = ReadAll(
      "start;queue;offered;answered;abandoned;aht;channel;topic\n"
      "2026-03-02 09:00;tax;10;8;2;185,5;Voice;permits\n"
      "2026-03-02 09:15;tax;10;;;0:03:05;voice;permits\n"
      "2026-03-02 09:30;tax;0;0;0;;voice;permits\n");
  ASSERT_EQ(read.rows.size(), 3U) << Faults(read);
  EXPECT_EQ(read.rows[0].answered, 8'000);
  EXPECT_EQ(read.rows[0].abandoned, 2'000);
  EXPECT_EQ(read.rows[0].handle_ms, 8 * 185'500);
  EXPECT_EQ(read.rows[1].answered, std::nullopt);
  EXPECT_EQ(read.rows[1].handle_ms, 10 * 185'000) << "of all that came, where none is answered";
  EXPECT_EQ(read.rows[2].handle_ms, std::nullopt);
  ASSERT_EQ(read.series.size(), 1U);
  EXPECT_EQ(read.series[0], (SeriesName{"tax", "voice", "permits"}));
}

TEST(HistoryCsv, LengthsOfIntervalsAreFound) {
  for (int minutes : {1, 5, 6, 10, 15, 20, 30, 60}) {
    std::string table = "start,queue,arrivals\n";
    for (int at = 0; at < 240; at += minutes) {
      table += fmt::format("2026-03-02 {:02}:{:02},tax,1\n", 8 + at / 60, at % 60);
    }
    const Read read = ReadAll(table);
    ASSERT_FALSE(read.rows.empty()) << Faults(read);
    EXPECT_EQ(read.rows[0].minutes, minutes);
    EXPECT_FALSE(read.layout->interval_assumed);
  }
}

// Summer time ends in Belgium on 25 October 2026: 02:00 to 02:59 comes twice.
TEST(HistoryCsv, ADoubledHourIsToldByItsOrder) {
  std::string forward = "start,queue,arrivals\n", backward = forward, by_queue = forward;
  std::vector<std::string> times;
  for (const char* hour : {"01", "02", "02", "03"}) {
    for (const char* minute : {"00", "30"}) times.push_back(fmt::format("{}:{}", hour, minute));
  }
  for (size_t i = 0; i < times.size(); ++i) {
    const auto line = [&](const char* queue, size_t at) {
      return fmt::format("2026-10-25 {},{},{}\n", times[at], queue, at);
    };
    forward += line("tax", i) + line("mail", i);
    backward += line("tax", times.size() - 1 - i);
  }
  std::map<int64_t, int64_t> expected;
  const int64_t one_o_clock = *DayNumber(2026, 10, 24) * 86'400LL + 23 * 3600;
  for (size_t i = 0; i < times.size(); ++i) {
    expected[one_o_clock + static_cast<int64_t>(i) * 1800] = static_cast<int64_t>(i) * 1000;
  }
  for (const std::string& table : {forward, backward}) {
    const Read read = ReadAll(table);
    EXPECT_EQ(Faults(read), "");
    for (uint32_t series = 0; series < read.series.size(); ++series) {
      std::map<int64_t, int64_t> found;
      for (const CsvRow& row : read.rows) {
        if (row.series == series) found[row.start_s] = row.arrivals;
      }
      EXPECT_EQ(found, expected) << table;
    }
    EXPECT_EQ(read.notes.doubled_hour, 2U * read.series.size());
  }
  EXPECT_EQ(Faults(ReadAll("start,queue,arrivals\n2026-10-25 02:00,tax,1\n2026-10-25 02:00,tax,1\n"
                           "2026-10-25 02:00,tax,1\n")),
            "4: 2026-10-25 02:00 stands in the file for the third time");
  EXPECT_EQ(ReadAll("date,queue,02:00,02:30,03:00\n25/10/2026,tax,7,8,9\n").notes.doubled_hour_once,
            2U);
}

// Summer time begins on 29 March 2026: there is no 02:00 to 02:59.
TEST(HistoryCsv, AnHourThatThereWasNotIsAFaultWithItsLine) {
  const Read read = ReadAll(
      "start,queue,arrivals\n2026-03-29 01:30,tax,1\n2026-03-29 02:00,tax,2\n2026-03-29 "
      "02:30,tax,0\n"
      "2026-03-29 03:00,tax,3\n");
  EXPECT_EQ(Faults(read),
            "3: there was no 2026-03-29 02:00 in Europe/Brussels: the clock was put forward\n"
            "4: there was no 2026-03-29 02:30 in Europe/Brussels: the clock was put forward");
  ASSERT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows[1].start_s - read.rows[0].start_s, 1800);
  // A table of days has its columns every day: nothing and none are right there.
  const Read wide =
      ReadAll("date,queue,01:00,02:00,03:00\n2026-03-29,tax,1,0,3\n2026-03-28,tax,1,,3\n");
  EXPECT_EQ(Faults(wide), "");
  EXPECT_EQ(wide.notes.skipped_hour, 1U);
  EXPECT_EQ(Faults(ReadAll("date,queue,01:00,02:00,03:00\n2026-03-29,tax,1,5,3\n")),
            "2: there was no 2026-03-29 02:00 in Europe/Brussels: the clock was put forward");
}

TEST(HistoryCsv, EveryFaultIsNamedByItsLine) {
  const Read read = ReadAll(
      "start,queue,arrivals,aht\n"
      "2026-03-02 09:00,tax,1,\n"
      "yesterday,tax,1,\n"
      "2026-03-02 09:05,tax,1,\n"
      "2026-03-02 09:15,T\xE9l\xE9phone NL,1,\n"
      "2026-03-02 09:15,tax,-4,\n"
      "2026-03-02 09:15,tax,many,\n"
      "2026-03-02 09:15,tax,1000001,\n"
      "2026-03-02 09:15,tax,1,90000\n"
      "2026-03-02 09:15,tax\n"
      "2026-03-02 09:15,\"tax,1,\n"
      "2027-03-02 09:15,tax,1,\n"
      "31/04/2026 09:15,tax,1,\n"
      "2026-03-02 09:15,,1,\n"
      ",,,\n",
      {.zone = "Europe/Brussels", .interval_minutes = 15});
  EXPECT_EQ(Faults(read),
            "3: \"yesterday\" is no moment\n"
            "4: 2026-03-02 09:05 does not begin an interval of 15 minutes\n"
            "5: \"T\xC3\xA9l\xC3\xA9phone NL\" is no queue\n"
            "6: \"-4\" is no count\n"
            "7: \"many\" is no count\n"
            "8: \"1000001\" is no count\n"
            "9: \"90000\" is no mean handle time\n"
            "10: 2 columns\n"
            "11: a quote is not closed\n"
            "12: this interval is not over\n"
            "13: \"31/04/2026 09:15\" is no moment\n"
            "14: \"\" is no queue");
  EXPECT_EQ(
      read.faults[2].right,
      "the name that the center has for it (--rename \"T\xC3\xA9l\xC3\xA9phone NL=telephone-nl\")");
  EXPECT_EQ(Faults(ReadAll("start,queue\n")), "1: the column \"arrivals\" is missing");
  EXPECT_EQ(Faults(ReadAll("a,b\n1,2\n")), "1: the column \"start\" is missing");
  EXPECT_EQ(Faults(ReadAll("")), "1: the file is empty");
  EXPECT_EQ(Faults(ReadAll("start,queue,count,offered\n")), "1: two columns are the arrivals");
  EXPECT_EQ(Faults(ReadAll("start,queue,arrivals\n2026-03-02 09:00,tax,1\n", {})),
            "2: 2026-03-02 09:00 could be anywhere");
  EXPECT_EQ(Faults(ReadAll("start,queue,arrivals\n2026-03-02T09:00Z,tax,1,5\n", {})),
            "2: 4 columns");
  EXPECT_EQ(Faults(ReadAll(std::string(2 << 20, 'x'))), "1: a line of more than 1048576 bytes");
}

TEST(HistoryCsv, ManyFaultsAreCountedAndSomeKept) {
  std::string table = "start,queue,arrivals\n";
  for (int i = 0; i < 1000; ++i) table += "2026-03-02 09:00,tax,-1\n";
  auto reader = HistoryCsvReader::Open({.zone = "UTC"}, kNow, [](const CsvRow&) {});
  reader->Feed(table);
  reader->End();
  EXPECT_EQ(reader->fault_count(), 1000U);
  EXPECT_EQ(reader->faults().size(), HistoryCsvReader::kMostFaults);
}

TEST(HistoryCsv, PiecesOfAnySizeAreTheSameFile) {
  std::mt19937_64 random(1);
  std::string table =
      "\xEF\xBB\xBF"
      "Datum;Tijd;Wachtrij;Aangeboden;AHT\r\n";
  for (int i = 0; i < 500; ++i) {
    table += fmt::format("{:02}/03/2026;{:02}:{:02};{};{},{};0:0{}:30\r\n", 1 + i / 96, i / 4 % 24,
                         i % 4 * 15, random() % 2 == 0 ? "tax" : "\"mail\"", random() % 3,
                         random() % 10, random() % 10);
  }
  const Read whole = ReadAll(table);
  EXPECT_EQ(whole.rows.size() + whole.faults.size(), 500U);
  for (size_t piece : {1U, 7U, 100U, 4096U}) {
    const Read pieces = ReadAll(table, {.zone = "Europe/Brussels"}, piece);
    EXPECT_EQ(Rows(pieces), Rows(whole)) << piece;
  }
}

TEST(Numbers, AsPeopleWriteThem) {
  const auto read = [](std::string_view text, std::optional<char> decimal = {}) {
    const NumberText number = ReadNumber(text, decimal);
    switch (number.kind) {
      case NumberText::Kind::kNumber:
        return fmt::format("{}", static_cast<double>(number.thousandths) / 1000);
      case NumberText::Kind::kEmpty:
        return std::string("empty");
      case NumberText::Kind::kNegative:
        return std::string("negative");
      case NumberText::Kind::kNone:
        return std::string("none");
    }
    return std::string();
  };
  const std::pair<const char*, const char*> table[] = {
      {"0", "0"},
      {"31", "31"},
      {"12,5", "12.5"},
      {"12.5", "12.5"},
      {"1.234", "1234"},
      {"1,234", "1234"},
      {"1.234,5", "1234.5"},
      {"1,234.5", "1234.5"},
      {"1 234", "1234"},
      {"1.234.567", "1234567"},
      {"0.250", "0.25"},
      {"1234.567", "1234.567"},
      {"0,0004", "0"},
      {"0,0005", "0.001"},
      {"+5", "5"},
      {"-5", "negative"},
      {"-0", "0"},
      {"", "empty"},
      {"n/a", "empty"},
      {"-", "empty"},
      {"1e5", "none"},
      {"1..2", "none"},
      {"1,2,3", "none"},
      {".", "none"},
      {"12 34", "none"},
      {"0x10", "none"},
      {"1.2345.678", "none"},
      {"99999999999999999999", "none"},
  };
  for (const auto& [text, number] : table) EXPECT_EQ(read(text), number) << text;
  EXPECT_EQ(read("1.234", '.'), "1.234");
  EXPECT_EQ(read("1.234", ','), "1234");
  EXPECT_EQ(ReadSeconds("0:03:05", {}).thousandths, 185'000);
  EXPECT_EQ(ReadSeconds("3:05,5", ',').thousandths, 185'500);
  EXPECT_EQ(ReadSeconds("3:75", {}).kind, NumberText::Kind::kNone);
  EXPECT_EQ(ReadSeconds("1:2:3:4", {}).kind, NumberText::Kind::kNone);
}

}  // namespace
}  // namespace wissel::metrics
