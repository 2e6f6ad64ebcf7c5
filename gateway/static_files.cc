#include "gateway/static_files.h"

#include <openssl/sha.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

namespace wissel::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, std::string_view> kMimeTypes[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wav", "audio/wav"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
};

std::string_view MimeTypeOf(const std::string& extension) {
  for (const auto& [name, type] : kMimeTypes) {
    if (name == extension) return type;
  }
  return "application/octet-stream";
}

// "assets/name-HASH.ext" with a hash of at least 8 characters, as vite names what it builds.
bool HasHashInName(const std::string& path) {
  if (!path.starts_with("/assets/")) return false;
  const size_t dot = path.rfind('.');
  const size_t dash = path.rfind('-', dot);
  return dot != std::string::npos && dash != std::string::npos && dot > dash + 8;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof()) {
    return absl::NotFoundError(fmt::format("cannot read {}", path.string()));
  }
  return content;
}

}  // namespace

std::string EtagOf(const std::string& content) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  const std::string short_digest(reinterpret_cast<char*>(digest), 12);
  return fmt::format("\"{}\"", absl::BytesToHexString(short_digest));
}

absl::StatusOr<StaticFiles> StaticFiles::Load(const fs::path& folder) {
  StaticFiles result;
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, error);
  if (error) {
    return absl::NotFoundError(
        fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  }
  for (const fs::directory_entry& entry : walk) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    auto content = ReadFile(entry.path());
    if (!content.ok()) return content.status();
    std::string path = "/" + entry.path().lexically_relative(folder).generic_string();
    File& file = result.files_[path];
    file.mime_type = MimeTypeOf(entry.path().extension().string());
    file.etag = EtagOf(*content);
    file.immutable = HasHashInName(path);
    file.content = *std::move(content);
  }
  for (auto& [path, file] : result.files_) {
    if (auto packed = result.files_.find(path + ".gz"); packed != result.files_.end()) {
      file.gzip = packed->second.content;
    }
  }
  if (!result.files_.contains("/index.html")) {
    return absl::NotFoundError(fmt::format("{} has no index.html", folder.string()));
  }
  return result;
}

const StaticFiles::File* StaticFiles::Find(std::string_view path) const {
  if (auto found = files_.find(path); found != files_.end()) return &found->second;
  if (!path.starts_with('/') || path.find('.') != std::string_view::npos) return nullptr;
  return &files_.find("/index.html")->second;
}

}  // namespace wissel::gateway
