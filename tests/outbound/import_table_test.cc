// CSV files as programs and people write them, and as nobody should.
#include "server/import/table.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace wissel::imports {
namespace {

Table Read(const std::string& bytes) {
  auto table = ReadTable(bytes);
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? *std::move(table) : Table();
}

std::string Refused(const std::string& bytes) {
  const auto table = ReadTable(bytes);
  EXPECT_TRUE(absl::IsInvalidArgument(table.status())) << table.status();
  return std::string(table.status().message());
}

TEST(ImportTableTest, CommasSemicolonsTabsAndMarks) {
  for (const std::string file :
       {"key,Display Name\n1,\"Peeters, Mia\"\n", "key;display-name\r\n1;Peeters, Mia\r\n",
        "\xEF\xBB\xBFkey\tdisplay_name\n\n1\tPeeters, Mia\n,\n"}) {
    const Table table = Read(file);
    ASSERT_EQ(table.columns.size(), 2u) << file;
    EXPECT_EQ(table.Find("display_name"), 1u);
    EXPECT_EQ(table.Find("displayname"), std::nullopt);
    ASSERT_GE(table.rows.size(), 1u);
    EXPECT_EQ(table.rows[0].cells, (std::vector<std::string>{"1", "Peeters, Mia"}));
    EXPECT_TRUE(table.is_utf8);
  }
  EXPECT_EQ(Read("a,b\n1,\"say \"\"hi\"\"\"\n").rows[0].cells[1], "say \"hi\"");
}

TEST(ImportTableTest, EachFaultHasItsLineAndTheOthersAreRead) {
  const std::string nul("a,b\n1,2\n3\n4,\"5\n6,\0007\n8,9\n,\n", 26);
  const Table table = Read(nul);
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].line, 2u);
  EXPECT_EQ(table.rows[1].line, 6u);
  ASSERT_EQ(table.faults.size(), 3u);
  EXPECT_EQ(table.faults[0].line, 3u);
  EXPECT_EQ(table.faults[0].what, "there are 1 cells, and 2 columns");
  EXPECT_EQ(table.faults[1].line, 4u);
  EXPECT_EQ(table.faults[2].line, 5u);
  EXPECT_EQ(table.faults[2].what, "the line contains NUL");
}

TEST(ImportTableTest, WhatIsNoTableIsRefused) {
  EXPECT_EQ(Refused(""), "it is empty");
  EXPECT_EQ(Refused("a,b,A\n1,2,3\n"), "line 1: the column A stands there twice");
  EXPECT_EQ(Refused("a,,b\n"), "line 1: a column has no name");
  EXPECT_EQ(Refused("\"a,b\n"), "line 1: a quote is not closed");
  EXPECT_EQ(Refused(std::string(300'000, ',')), "line 1: there are 300001 columns");
  EXPECT_EQ(Refused("a,b\n" + std::string(2 << 20, 'x') + "\n"), "line 2: the line is too long");
  EXPECT_EQ(Refused(std::string("a\0b,c\n", 6)), "line 1: it contains NUL");
}

TEST(ImportTableTest, OtherEncodingsBecomeUtf8) {
  const Table latin1 = Read("name\nAn\xEFs\n");
  EXPECT_FALSE(latin1.is_utf8);
  EXPECT_EQ(latin1.rows[0].cells[0], "Anïs");
  const std::string utf16("\xFF\xFEn\0\n\0\xEF\0\n\0", 10);
  EXPECT_EQ(Read(utf16).rows[0].cells[0], "ï");
}

TEST(ImportTableTest, AFormulaIsFourSigns) {
  EXPECT_EQ(Read("a,b\n=1+1,@SUM(A1)\n").rows[0].cells,
            (std::vector<std::string>{"=1+1", "@SUM(A1)"}));
}

}  // namespace
}  // namespace wissel::imports
