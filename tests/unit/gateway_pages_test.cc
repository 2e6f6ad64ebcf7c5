// The web pages of the HTTP door.
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"

namespace wissel::gateway {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class GatewayPages : public HttpFixture {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / "wissel_pages" / "dist";
    fs::remove_all(folder_.parent_path());
    fs::create_directories(folder_ / "assets");
    Put(folder_ / "index.html", "<!doctype html>");
    Put(folder_ / "favicon.svg", "<svg/>");
    Put(folder_ / "assets/app-3f2a91bc.js", "let a = 1;");
    Put(folder_ / "assets/app-3f2a91bc.js.gz", "packed");
    Put(folder_.parent_path() / "secret.txt", "secret");
    fs::create_symlink(folder_.parent_path() / "secret.txt", folder_ / "link.txt");
    auto pages = StaticFiles::Load(folder_);
    ASSERT_TRUE(pages.ok()) << pages.status();
    pages_ = *std::move(pages);
    Open();
  }
  void TearDown() override { fs::remove_all(folder_.parent_path()); }

  static void Put(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  fs::path folder_;
};

TEST_F(GatewayPages, PagesComeWithStrictHeaders) {
  HttpClient client(door_->port());
  const auto page = client.Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(page.headers.at("referrer-policy"), "no-referrer");
  EXPECT_THAT(page.headers.at("permissions-policy"), HasSubstr("microphone=()"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("default-src 'self'"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(page.headers.at("content-security-policy"),
              HasSubstr("require-trusted-types-for 'script'; "
                        "trusted-types svelte-trusted-html wissel-mail;"));
}

class GatewayEmbedding : public GatewayPages {
 protected:
  void SetUp() override {
    embedding_ = {"/chat", "/widget.js", {"https://www.example.org", "http://localhost:8000"}};
    GatewayPages::SetUp();
    Put(folder_ / "widget.js", "(() => {})();");
    pages_ = *StaticFiles::Load(folder_);
    Open();
  }
  static std::string Header(const HttpReplyText& reply, const std::string& name) {
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? "" : found->second;
  }
};

TEST_F(GatewayEmbedding, OnePageIsShownInsideTheSitesThatAreNamed) {
  HttpClient client(door_->port());
  const char kPolicy[] = "content-security-policy";
  const auto chat = client.Get("/chat?embedded");
  EXPECT_THAT(Header(chat, kPolicy),
              HasSubstr("frame-ancestors https://www.example.org http://localhost:8000"));
  EXPECT_THAT(Header(chat, kPolicy), HasSubstr("default-src 'self'"));
  // What a browser has kept is under the same rule.
  const std::string etag = Header(chat, "etag");
  EXPECT_THAT(Header(client.Get("/chat", "If-None-Match: " + etag + "\r\n"), kPolicy),
              HasSubstr("frame-ancestors https://www.example.org"));
  for (const char* other : {"/", "/desk", "/chat/", "/chat/x", "/Chat", "/chat.html", "/widget.js",
                            "/index.html", "/gone.txt", "//chat"}) {
    EXPECT_THAT(Header(client.Get(other), kPolicy), HasSubstr("frame-ancestors 'none'")) << other;
  }
}

TEST_F(GatewayEmbedding, ItsScriptIsForOtherSitesAndNothingElseIs) {
  HttpClient client(door_->port());
  const char kWho[] = "access-control-allow-origin";
  const auto script = client.Get("/widget.js", "Origin: https://www.example.org\r\n");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(Header(script, "cross-origin-resource-policy"), "cross-origin");
  EXPECT_EQ(Header(script, kWho), "https://www.example.org");
  EXPECT_EQ(Header(client.Get("/widget.js"), kWho), "");
  EXPECT_EQ(Header(client.Get("/widget.js", "Origin: https://evil.example\r\n"), kWho), "");
  for (const char* other : {"/", "/chat", "/favicon.svg", "/assets/app-3f2a91bc.js"}) {
    const auto reply = client.Get(other, "Origin: https://www.example.org\r\n");
    EXPECT_EQ(Header(reply, "cross-origin-resource-policy"), "same-origin") << other;
    EXPECT_EQ(Header(reply, kWho), "") << other;
  }
}

TEST_F(GatewayPages, WithoutSitesNothingIsEmbedded) {
  Put(folder_ / "widget.js", "(() => {})();");
  pages_ = *StaticFiles::Load(folder_);
  embedding_ = {"/chat", "/widget.js", {}};
  Open();
  HttpClient client(door_->port());
  EXPECT_THAT(client.Get("/chat").headers.at("content-security-policy"),
              HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(client.Get("/widget.js").headers.at("cross-origin-resource-policy"), "same-origin");
}

TEST_F(GatewayPages, HashedAssetsNeverChange) {
  HttpClient client(door_->port());
  const auto asset = client.Get("/assets/app-3f2a91bc.js");
  EXPECT_EQ(asset.body, "let a = 1;");
  EXPECT_EQ(asset.headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(asset.headers.at("cache-control"), "public, max-age=31536000, immutable");
  const auto packed = client.Get("/assets/app-3f2a91bc.js", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(packed.body, "packed");
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  const auto refused = client.Get("/assets/app-3f2a91bc.js", "Accept-Encoding: gzip;q=0\r\n");
  EXPECT_EQ(refused.body, "let a = 1;");
}

TEST_F(GatewayPages, AKnownEtagIsNotSentAgain) {
  HttpClient client(door_->port());
  const std::string etag = client.Get("/favicon.svg").headers.at("etag");
  client.Send("GET /favicon.svg HTTP/1.1\r\nHost: test\r\nIf-None-Match: \"x\", " + etag +
              "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 304);
  EXPECT_EQ(client.Get("/favicon.svg", "If-None-Match: \"x\"\r\n").status, 200);
}

TEST_F(GatewayPages, HeadSendsNoBody) {
  HttpClient client(door_->port());
  client.Send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto head = client.Read(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
  EXPECT_EQ(client.Get("/livez").body, "ok\n");
}

TEST_F(GatewayPages, UnknownPathsWithoutADotAreTheApplications) {
  HttpClient client(door_->port());
  EXPECT_EQ(client.Get("/desk?x=1").body, "<!doctype html>");
  EXPECT_EQ(client.Get("/live/queues%2Fpensions").body, "<!doctype html>");
  EXPECT_EQ(client.Get("/assets/gone-3f2a91bc.js").status, 404);
  client.Send("PUT / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(client.Read().status, 405);
}

TEST_F(GatewayPages, NothingOutsideTheFolderIsServed) {
  HttpClient client(door_->port());
  for (const char* path :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt",
        "//secret.txt", "/link.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt",
        "/index.html%00.txt", "/etc/passwd.txt"}) {
    const auto reply = client.Get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, ::testing::Not(::testing::StrEq("secret"))) << path;
  }
}

TEST_F(GatewayPages, AFolderWithoutPagesIsAnError) {
  EXPECT_EQ(StaticFiles::Load(folder_ / "assets").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(StaticFiles::Load(folder_ / "gone").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace wissel::gateway
