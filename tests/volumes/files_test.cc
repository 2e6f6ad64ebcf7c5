// The files of `wissel forecast`: with the usual vices, and with faults that are named by their
// line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "server/forecast/inputs.h"

namespace wissel::forecast {
namespace {

class Files : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "/volumes_" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  // Two weeks of four half-hours.
  std::string Counts(const std::string& separator, const std::string& count,
                     const std::string& newline) {
    std::string text = "timestamp" + separator + "count" + newline;
    for (int day = 1; day <= 14; ++day) {
      for (int half = 0; half < 4; ++half) {
        text += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T" +
                (half < 2 ? "09" : "10") + (half % 2 == 0 ? ":00" : ":30") + ":00" + separator +
                count + newline;
      }
    }
    return text;
  }
};

TEST_F(Files, SeparatorsMarksAndDecimalCommasDoNoHarm) {
  InputOptions options;
  options.interval_min = 60;
  for (const std::string& text :
       {Counts(",", "2.5", "\n"), Counts(";", "2,5", "\r\n"), Counts("\t", "\"2.5\"", "\n"),
        "\xEF\xBB\xBF" + Counts(",", "2.5", "\n")}) {
    options.series = Write("counts.csv", text);
    const auto series = ReadSeries(options);
    ASSERT_TRUE(series.ok()) << series.status();
    EXPECT_EQ(series->day_count(), 14);
    EXPECT_EQ(series->counts(0, 0), 5);
  }
}

TEST_F(Files, AFaultIsNamedByItsLine) {
  const auto fault = [&](const std::string& line) {
    InputOptions options;
    options.series = Write("fault.csv", "timestamp,count\n2024-01-01T09:00:00,1\n" + line + "\n");
    return std::string(ReadSeries(options).status().message());
  };
  EXPECT_NE(fault("2024-01-01T09:30:00,-4").find("fault.csv:3: -4"), std::string::npos);
  EXPECT_NE(fault("2024-01-01T09:30:00,many").find("fault.csv:3: \"many\""), std::string::npos);
  EXPECT_NE(fault("2024-01-32T09:30:00,4").find("fault.csv:3: "), std::string::npos);
  EXPECT_NE(fault("2024-01-01T25:30:00,4").find("fault.csv:3: "), std::string::npos);
  EXPECT_NE(fault("2024-01-01T09:30:00").find("fault.csv:3: 1 cells"), std::string::npos);
}

TEST_F(Files, AProtocolFillsInWhatNoFlagSaid) {
  Write("origins.csv", "dataset,origin\nx,2024-01-10\nx,2024-01-12\n");
  Write("special.csv", "dataset,date,name\nx,2024-01-08,Fair\ny,2024-01-09,Feast\n");
  const std::string path = Write("protocol.yaml",
                                 "train_days: 7\nhorizon_days: 2\norigins: volumes_origins.csv\n"
                                 "special_days: volumes_special.csv\ndataset: x\n");
  InputOptions inputs;
  inputs.series = Write("counts.csv", Counts(",", "3", "\n"));
  ProtocolOptions options;
  options.horizon_days = 3;
  ASSERT_TRUE(ApplyProtocolFile(path, inputs, options).ok());
  const auto protocol = ReadProtocol(options);
  ASSERT_TRUE(protocol.ok()) << protocol.status();
  EXPECT_EQ(protocol->train_days, 7);
  EXPECT_EQ(protocol->horizon_days, 3);
  EXPECT_EQ(protocol->origins.size(), 2U);
  const auto series = ReadSeries(inputs);
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->special.size(), 1U);
  const auto bad =
      ApplyProtocolFile(Write("bad.yaml", "train_days: 7\nhorizon: 2\n"), inputs, options);
  EXPECT_NE(bad.message().find("bad.yaml:2: horizon"), std::string::npos) << bad;
}

TEST_F(Files, EventsAreRead) {
  const auto events = ReadEvents(Write("events.csv",
                                       "name;effect;size;first;uncertainty;response;from;until\n"
                                       "letter;contacts;3200;2024-02-06;0,25;0.6 0.3 "
                                       "0.1;;\nsnow;factor;1,4;2024-02-07;;;07:00;12:00\n"));
  ASSERT_TRUE(events.ok()) << events.status();
  EXPECT_EQ(events->at(0).response.size(), 3U);
  EXPECT_EQ(events->at(0).uncertainty, 0.25);
  EXPECT_EQ(events->at(1).size, 1.4);
  EXPECT_EQ(events->at(1).until_minute, 720);
}

TEST_F(Files, ACalendarIsKnownByItsName) {
  InputOptions options;
  options.series = Write("counts.csv", Counts(",", "3", "\n"));
  options.interval_min = 30;
  options.calendar = "be-flemish";
  const auto series = ReadSeries(options);
  ASSERT_TRUE(series.ok());
  EXPECT_TRUE(series->special.contains(volumes::Date::Of(2024, 7, 21)));
  EXPECT_EQ(series->regressors.size(), 1U);
  options.calendar = "fr";
  EXPECT_EQ(FieldAtFault(ReadSeries(options).status()), "calendar");
}

}  // namespace
}  // namespace wissel::forecast
