// Mails that are handed over by a call.
#include "tests/mail/mail_testing.h"

namespace wissel::testing {
namespace {

const rpc::Caller kIntegration{.user = "users/gateway", .roles = {rpc::Role::kIntegration}};

class HandedOver : public MailCenter {
 protected:
  static v1::DeliverMailRequest Request(const std::string& content) {
    v1::DeliverMailRequest request;
    request.set_return_path("mia@example.net");
    request.add_recipients("tax@example.org");
    request.set_content(content);
    return request;
  }
  v1::DeliverMailResponse Give(const v1::DeliverMailRequest& request) {
    return Must<v1::DeliverMailResponse>("DeliverMail", Json(request), kIntegration);
  }
  void Refuses(const v1::DeliverMailRequest& request, const std::string& field) {
    Refused<v1::DeliverMailResponse>("DeliverMail", Json(request),
                                     absl::StatusCode::kInvalidArgument, field, kIntegration);
    EXPECT_EQ(Living(), 0u);
  }
  static std::string Json(const v1::DeliverMailRequest& request) {
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(request, &json).ok());
    return json;
  }
};

TEST_F(HandedOver, AMailIsWhatItWouldHaveBeenByLmtpAndOnceAtMost) {
  v1::DeliverMailRequest request = Request(MailText("1"));
  request.add_recipients("nobody@example.org");
  for (int again = 0; again < 2; ++again) {
    const v1::DeliverMailResponse response = Give(request);
    ASSERT_EQ(response.replies_size(), 2);
    EXPECT_EQ(response.replies(0).recipient(), "tax@example.org");
    EXPECT_EQ(response.replies(0).code(), 250);
    EXPECT_EQ(response.replies(1).recipient(), "nobody@example.org");
    EXPECT_EQ(response.replies(1).code(), 550);
    EXPECT_EQ(response.replies(1).status(), "5.1.1");
    EXPECT_EQ(Living(), 1u);
  }
  EXPECT_EQ(Deliver(MailText("1")), 250);
  EXPECT_EQ(Living(), 1u);
}

TEST_F(HandedOver, NobodysMailChangesNothing) {
  v1::DeliverMailRequest request = Request(MailText("1"));
  request.set_recipients(0, "tax@elsewhere.example");
  EXPECT_EQ(Give(request).replies(0).code(), 550);
  EXPECT_EQ(Give(Request("this is none")).replies(0).code(), 554);
  EXPECT_EQ(Living(), 0u);
}

TEST_F(HandedOver, WhatIsWrongIsNamed) {
  v1::DeliverMailRequest request = Request("");
  Refuses(request, "content");
  request.set_content(MailText("1"));
  request.set_return_path("no address\r\nRCPT TO:<x@y.z>");
  Refuses(request, "returnPath");
  request.set_return_path("");
  request.add_recipients("<tax@example.org>");
  Refuses(request, "recipients[1]");
  request.clear_recipients();
  Refuses(request, "recipients");
  for (int i = 0; i < 101; ++i) request.add_recipients("tax@example.org");
  Refuses(request, "recipients");
}

TEST_F(HandedOver, OnlyIntegrationsAndAdminsHandOver) {
  EXPECT_EQ(Call<v1::DeliverMailResponse>("DeliverMail", Json(Request(MailText("1"))), Desk("mona"))
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace wissel::testing
