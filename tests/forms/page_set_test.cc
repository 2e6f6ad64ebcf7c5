// Templates and texts of customers' pages.
#include "channels/pages/page_set.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace wissel::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PageSetTest : public ::testing::Test {
 protected:
  PageSetTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("pages-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "texts");
    Write("texts/en.json", R"({"page.name": "English", "hello": "Hello & welcome",
                               "wait": "{minutes, plural, one {# minute} other {# minutes}}",
                               "at": "at {time, time, short} on {time, date, medium}"})");
    Write("texts/nl.json",
          R"({"page.name": "Nederlands", "hello": "Dag", "at": "om {time, time, short}",
                               "wait": "{minutes, plural, one {# minuut} other {# minuten}}"})");
    Write("page.html", R"([[> top]]<p title="{{WHO}}">[[hello]] {{WHO}}</p>
                          <a href="{{LINK}}">x</a>{{#ROWS}}<li>{{ROW}}</li>{{/ROWS}})");
    Write("top.part", "<h1>[[hello]]</h1>");
  }
  ~PageSetTest() override { std::filesystem::remove_all(folder_); }

  void Write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::shared_ptr<const PageSet> Load() {
    auto set = PageSet::Load(folder_, "Europe/Brussels");
    EXPECT_TRUE(set.ok()) << set.status();
    return set.ok() ? *set : nullptr;
  }
  std::string Refusal() {
    return std::string(PageSet::Load(folder_, "Europe/Brussels").status().message());
  }

  std::filesystem::path folder_;
};

TEST_F(PageSetTest, ValuesAreNeverMarkup) {
  PageData data;
  data.values = {{"WHO", "<script>\"&' onload=x"}, {"LINK", "javascript:alert(1)"}};
  data.sections["ROWS"] = {PageData{{{"ROW", "one"}}}, PageData{{{"ROW", "<two>"}}}};
  const std::string page = Load()->Render("page", "en", data);
  EXPECT_THAT(page, HasSubstr("Hello &amp; welcome &lt;script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("javascript:")));
  EXPECT_THAT(page, HasSubstr("<li>one</li><li>&lt;two&gt;</li>"));
  EXPECT_THAT(page, HasSubstr("<h1>Hello"));
  EXPECT_THAT(Load()->Render("page", "nl", data), HasSubstr("<h1>Dag</h1>"));
}

TEST_F(PageSetTest, SaysThingsInEachLanguage) {
  const auto set = Load();
  EXPECT_EQ(set->Say("en", "wait", {{"minutes", int64_t{1}}}), "1 minute");
  EXPECT_EQ(set->Say("nl", "wait", {{"minutes", int64_t{4}}}), "4 minuten");
  // 2026-07-01 10:05 UTC is 12:05 in Brussels, whatever the machine's zone.
  const Instant noon = Instant::FromMillis(1'782'900'300'000);
  EXPECT_EQ(set->Say("nl", "at", {{"time", noon}}), "om 12:05");
  EXPECT_THAT(set->Say("en", "at", {{"time", noon}}), HasSubstr("Jul 1, 2026"));
}

TEST_F(PageSetTest, ChoosesTheFirstLanguageThatItHas) {
  const auto set = Load();
  EXPECT_EQ(set->ChooseLanguage({"", "nl-BE,nl;q=0.9,en;q=0.8"}), "nl");
  EXPECT_EQ(set->ChooseLanguage({"en", "nl"}), "en");
  EXPECT_EQ(set->ChooseLanguage({"it", "fr;q=0.1, NL;q=0.5, en;q=0.4"}), "nl");
  EXPECT_EQ(set->ChooseLanguage({"nl;q=0,it"}), "en");
  EXPECT_EQ(set->ChooseLanguage({";;,,q=,=;q=x"}), "en");
}

TEST_F(PageSetTest, RefusesWhatDoesNotFitTogether) {
  Write("texts/nl.json", R"({"page.name": "Nederlands", "hello": "Dag", "wait": "x"})");
  EXPECT_THAT(Refusal(), HasSubstr("nl.json: lacks at"));
  Write("texts/nl.json", "{");
  EXPECT_THAT(Refusal(), HasSubstr("nl.json"));
  std::filesystem::remove(folder_ / "texts/nl.json");
  Write("texts/en.json", R"({"hello": "{broken"})");
  EXPECT_THAT(Refusal(), HasSubstr("hello is no message"));
  Write("texts/en.json", R"({"hello": "Hello"})");
  Write("page.html", "[[helo]]");
  EXPECT_THAT(Refusal(), HasSubstr("no catalogue has the text helo"));
  Write("page.html", "{{#OPEN}}");
  EXPECT_THAT(Refusal(), HasSubstr("page.html"));
}

// What ships: complete in each language.
TEST(ShippedPages, FitTogether) {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  const auto set = PageSet::Load(std::filesystem::path(source) / "web/customer", "Europe/Brussels");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ((*set)->languages(), (std::vector<std::string>{"de", "en", "fr", "nl"}));
}

}  // namespace
}  // namespace wissel::pages
