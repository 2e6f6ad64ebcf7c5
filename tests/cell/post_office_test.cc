// Which center a mail goes to, and what becomes of one that cannot be led there.
#include "server/cell/post_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wissel/v1/mail.pb.h"

namespace wissel::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PostOfficeTest : public ::testing::Test {
 protected:
  PostOfficeTest() {
    table_.Unary<v1::DeliverMailRequest, v1::DeliverMailResponse>(
        "wissel.v1.MailService.DeliverMail", rpc::Access::Of({rpc::Role::kIntegration}),
        [this](const rpc::Context& context, const v1::DeliverMailRequest& request,
               rpc::Reply<v1::DeliverMailResponse> reply) {
          std::string call = context.tenant + ":";
          for (const std::string& recipient : request.recipients()) call += " " + recipient;
          calls_.push_back(call);
          if (context.tenant == "gone") return reply(absl::UnavailableError("nobody serves it"));
          v1::DeliverMailResponse response;
          for (int i = 0; i < request.recipients_size(); ++i) {
            response.add_replies()->set_code(250 + i);
          }
          reply(response);
        });
  }

  static cluster::Table Centers(const std::vector<std::pair<std::string, int64_t>>& centers) {
    cluster::Table table;
    for (const auto& [name, revision] : centers) {
      table.tenants.emplace_back();
      table.tenants.back().name = name;
      table.tenants.back().revision = revision;
    }
    return table;
  }
  static config::MailSection With(const std::vector<std::string>& addresses) {
    config::MailSection mail;
    for (const std::string& address : addresses) mail.add_addresses()->set_address(address);
    return mail;
  }
  std::vector<std::string> NamesOf(const std::vector<cluster::TenantRow>& rows) {
    std::vector<std::string> names;
    for (const auto& row : rows) names.push_back(row.name);
    return names;
  }
  std::vector<int> Deliver(const std::vector<std::string>& recipients) {
    std::vector<int> codes;
    office_.Deliver({"mia@example.net", recipients, "a mail"},
                    [&](const std::vector<email::LmtpReply>& replies) {
                      for (const auto& reply : replies) codes.push_back(reply.code);
                    });
    return codes;
  }

  std::vector<std::string> calls_;
  rpc::MethodTable table_;
  PostOffice office_{table_, [](const std::string& tenant) {
                       rpc::Context context;
                       context.tenant = tenant;
                       return context;
                     }};
};

TEST_F(PostOfficeTest, EachRecipientsMailGoesToTheirCenter) {
  const auto rows = office_.ToBeRead(Centers({{"acme", 1}, {"beta", 1}, {"gone", 1}}));
  office_.Set(rows.at(0), With({"Tax@acme.example", "info@acme.example"}));
  office_.Set(rows.at(1), With({"help@beta.example"}));
  office_.Set(rows.at(2), With({"tax@gone.example"}));
  EXPECT_TRUE(office_.Knows("tax+token@ACME.example"));
  EXPECT_FALSE(office_.Knows("tax@beta.example"));
  EXPECT_THAT(Deliver({"tax+t@acme.example", "help@beta.example", "who@else.example",
                       "tax@gone.example", "info@acme.example"}),
              ElementsAre(250, 250, 550, 451, 251));
  EXPECT_THAT(calls_, ElementsAre("acme: tax+t@acme.example info@acme.example",
                                  "beta: help@beta.example", "gone: tax@gone.example"));
  EXPECT_THAT(Deliver({"who@else.example"}), ElementsAre(550));
}

TEST_F(PostOfficeTest, KnowsThatItDoesNotKnowAllYet) {
  EXPECT_TRUE(office_.MayKnowMore()) << "it has seen no table";
  const auto both = Centers({{"acme", 1}, {"beta", 1}});
  const auto rows = office_.ToBeRead(both);
  EXPECT_THAT(NamesOf(rows), ElementsAre("acme", "beta"));
  EXPECT_THAT(office_.ToBeRead(both), IsEmpty()) << "they are being read";
  office_.Set(rows.at(0), With({"tax@acme.example"}));
  EXPECT_TRUE(office_.MayKnowMore());
  office_.Forget(rows.at(1));
  EXPECT_THAT(NamesOf(office_.ToBeRead(both)), ElementsAre("beta"));
  office_.Set(rows.at(1), With({}));
  EXPECT_FALSE(office_.MayKnowMore());
}

TEST_F(PostOfficeTest, TheNewerConfigurationCounts) {
  const auto first = office_.ToBeRead(Centers({{"acme", 1}}));
  const auto second = office_.ToBeRead(Centers({{"acme", 2}}));
  EXPECT_THAT(NamesOf(second), ElementsAre("acme"));
  office_.Set(second.at(0), With({"new@acme.example"}));
  office_.Set(first.at(0), With({"old@acme.example"}));
  EXPECT_TRUE(office_.Knows("new@acme.example"));
  EXPECT_FALSE(office_.Knows("old@acme.example"));
}

}  // namespace
}  // namespace wissel::server
