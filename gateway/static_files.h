// The web pages: one folder of built files, read whole at the start and served from memory. A path
// is looked up, never opened, so that no request can leave the folder.
//
// Threads: immutable after Load(). Invariants: symbolic links are not followed.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::gateway {

// A strong entity tag of these bytes, quotes included.
std::string EtagOf(const std::string& content);

class StaticFiles {
 public:
  struct File {
    std::string content;
    std::string gzip;  // of a sibling "name.gz"; empty without one
    std::string_view mime_type;
    std::string etag;        // quoted, of the content
    bool immutable = false;  // its name holds a hash of its content
  };

  // NOT_FOUND for a folder that is not there or has no index.html.
  static absl::StatusOr<StaticFiles> Load(const std::filesystem::path& folder);

  // By the decoded path of a request, "/" for index.html. A path without a dot that names no file
  // is a page of the application: index.html as well. Null for anything else.
  const File* Find(std::string_view path) const;

 private:
  std::map<std::string, File, std::less<>> files_;  // by path, "/assets/app-3f2a91bc.js"
};

}  // namespace wissel::gateway
