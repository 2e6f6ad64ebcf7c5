// HTML alone, made text.
#include "channels/email/core/html_text.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace wissel::email {
namespace {

TEST(HtmlText, IsWhatAReaderWouldSee) {
  EXPECT_EQ(
      TextOfHtml("<html><head><title>x</title><style>p{}</style></head><body><p>Good&nbsp;day,"
                 "</p>\n <p>my  <b>file</b>\n is <a href=\"https://x.org/a?b&amp;c\">here</a>.</p>"
                 "<ul><li>one<li>two</ul>--<br>Mia</body></html>"),
      "Good day,\n\nmy file is here <https://x.org/a?b&c>.\n\n- one\n- two\n--\nMia");
  EXPECT_EQ(TextOfHtml("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"),
            "a b\nc");
  EXPECT_EQ(TextOfHtml("<pre>a\n  b</pre>c"), "a\n  b\nc");
  EXPECT_EQ(TextOfHtml("<a href='https://x.org'>https://x.org</a>"), "https://x.org") << "once";
  EXPECT_EQ(TextOfHtml("&eacute;&#233;&#xE9;&unknown;&amp"), "ééé&unknown;&amp");
}

TEST(HtmlText, LeavesOutWhatIsNoText) {
  EXPECT_EQ(TextOfHtml("a<script>alert('<p>x')</script>b<!-- <p>c --><style>d"), "ab");
  EXPECT_EQ(TextOfHtml("<a href=\"javascript:alert(1)\">click</a>"), "click");
  EXPECT_EQ(TextOfHtml("1 < 2 <3"), "1 < 2 <3");
  EXPECT_EQ(TextOfHtml("<p>open <b"), "open");
  EXPECT_EQ(TextOfHtml("&#0;&#1114112;&#xD800;"), "\ufffd\ufffd\ufffd");
  EXPECT_EQ(TextOfHtml("<head><body>seen"), "seen") << "a head that nobody closed";
  EXPECT_EQ(TextOfHtml(""), "");
}

TEST(HtmlText, TakesTimeInProportion) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div><a href=x><li>";
  EXPECT_LE(TextOfHtml(deep).size(), 3 * deep.size());
  EXPECT_EQ(TextOfHtml(std::string(1'000'000, '&')).size(), 1'000'000u);
  EXPECT_EQ(TextOfHtml(std::string(1'000'000, '<')).size(), 1'000'000u);
}

}  // namespace
}  // namespace wissel::email
