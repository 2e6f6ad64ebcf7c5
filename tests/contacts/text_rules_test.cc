// What a text from outside must be.
#include <gtest/gtest.h>

#include "base/status.h"
#include "base/utf8.h"
#include "channels/contacts/text_rules.h"

namespace wissel::contacts {
namespace {

TEST(TextRules, KnowsUtf8) {
  for (const char* good : {"", "plain", "Zo\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\x80", "a\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(TextRules, AMessageHasOneTo4000Characters) {
  std::string euros;
  for (size_t i = 0; i < kLongestMessage; ++i) euros += "\xe2\x82\xac";
  EXPECT_TRUE(CheckMessage(euros, "text").ok());
  EXPECT_EQ(FieldAtFault(CheckMessage(euros + "x", "text")), "text");
  EXPECT_FALSE(CheckMessage("", "text").ok());
  EXPECT_FALSE(CheckMessage(std::string("a\0b", 3), "text").ok());
  EXPECT_FALSE(CheckMessage("\xff", "text").ok());
  EXPECT_TRUE(CheckMessage("two\nlines\tand <b>no markup</b>", "text").ok());
}

TEST(TextRules, ANameStandsOnOneLine) {
  EXPECT_TRUE(CheckName("", "displayName").ok());
  EXPECT_TRUE(CheckName("Ren\xc3\xa9 D'Hondt", "displayName").ok());
  EXPECT_FALSE(CheckName("a\nb", "displayName").ok());
  EXPECT_FALSE(CheckName("a\u202eb", "displayName").ok());
  EXPECT_FALSE(CheckName("\u2066b", "displayName").ok());
  EXPECT_TRUE(CheckName("\u05d3\u05d5\u05d3", "displayName").ok()) << "written from the right";
  EXPECT_FALSE(CheckName(std::string(81, 'a'), "displayName").ok());
}

TEST(TextRules, ALanguageIsATag) {
  for (const char* good : {"", "nl", "nl-BE", "fr-be", "zh-Hant-TW", "deu"}) {
    EXPECT_TRUE(CheckLanguage(good, "language").ok()) << good;
  }
  for (const char* bad : {"n", "dutch", "nl-", "-nl", "nl--BE", "n1", "nl_BE", "nl-123456789",
                          "aa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee"}) {
    EXPECT_EQ(FieldAtFault(CheckLanguage(bad, "language")), "language") << bad;
  }
}

}  // namespace
}  // namespace wissel::contacts
