// Files that methods write, over the HTTP door: told apart by their paths, and not sent twice.
#include <string>

#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"
#include "wissel/v1/day.pb.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

constexpr char kMethod[] = "wissel.v1.DayService.GetShiftCalendar";

class GatewayDocuments : public ::testing::Test {
 protected:
  void SetUp() override {
    methods_.Unary<v1::GetShiftCalendarRequest, v1::Calendar>(
        kMethod, rpc::Access::OpenToAll(),
        [this](const rpc::Context&, const v1::GetShiftCalendarRequest& request,
               rpc::Reply<v1::Calendar> reply) {
          if (request.token() != "annas") return reply(absl::NotFoundError("no such calendar"));
          v1::Calendar calendar;
          calendar.set_content(content_);
          reply(calendar);
        });
    auto door = HttpDoor::Open({}, {.methods = &methods_,
                                    .authenticate = world_.authenticate(),
                                    .documents = {{"/shifts/", ".ics", kMethod, "text/calendar"}}});
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
  }

  std::string content_ = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
  TestWorld world_;
  rpc::MethodTable methods_;
  std::unique_ptr<HttpDoor> door_;
};

TEST_F(GatewayDocuments, AreAnsweredAsTheyAre) {
  HttpClient client(door_->port());
  const auto reply = client.Get("/shifts/annas.ics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/calendar");
  EXPECT_EQ(reply.headers.at("cache-control"), "private, no-cache");
  EXPECT_EQ(reply.body, content_);
}

TEST_F(GatewayDocuments, AreSentAgainOnlyWhenTheyHaveChanged) {
  HttpClient client(door_->port());
  const std::string etag = client.Get("/shifts/annas.ics").headers.at("etag");
  const std::string known = "If-None-Match: " + etag + "\r\n";
  const auto same = client.Get("/shifts/annas.ics", known);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.at("etag"), etag);
  EXPECT_EQ(same.body, "");
  content_ = "BEGIN:VCALENDAR\r\nX-CHANGED:1\r\nEND:VCALENDAR\r\n";
  const auto changed = client.Get("/shifts/annas.ics", known);
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, content_);
}

TEST_F(GatewayDocuments, HaveAHeadAlone) {
  HttpClient client(door_->port());
  ASSERT_TRUE(client.Send("HEAD /shifts/annas.ics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const auto head = client.Read(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(content_.size()));
  // The connection goes on with the next answer: no body was sent.
  EXPECT_EQ(client.Get("/shifts/annas.ics").body, content_);
}

TEST_F(GatewayDocuments, AreNotThereUnderOtherNames) {
  HttpClient client(door_->port());
  const auto unknown = client.Get("/shifts/brunos.ics");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("no such calendar"));
  for (const char* path :
       {"/shifts/%2e%2e/annas.ics", "/shifts/.ics", "/shifts/annas", "/shifts", "/annas.ics"}) {
    EXPECT_EQ(client.Get(path).status, 404) << path;
  }
  EXPECT_EQ(client.Get("/shifts/%FF.ics").status, 400);  // no text
}

}  // namespace
}  // namespace wissel::gateway
