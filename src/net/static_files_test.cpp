#include "net/static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace vicino::net {
namespace http = boost::beast::http;
namespace {

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    // Tests run beside each other.
    folder_ = std::filesystem::path(testing::TempDir()) / ("vicino_static_files_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "assets");
    std::ofstream(folder_ / "index.html") << "<!doctype html>";
    std::ofstream(folder_ / "assets" / "app-1234.js") << "x";
    std::ofstream(folder_ / "core.wasm") << "wasm";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::optional<HttpResponse> get(const std::string& target, http::verb verb = http::verb::get) {
    const auto files = StaticFiles::load(folder_);
    if (!files) throw std::runtime_error(files.error());
    HttpRequest request(verb, target, 11);
    request.set(http::field::if_none_match, etag_);
    return files->serve(request);
  }

  std::filesystem::path folder_;
  std::string etag_;
};

TEST_F(StaticFilesTest, LinksAndTheRootAreThePage) {
  for (const char* target : {"/", "/j/abcdefghijklmnopqrstuv", "/?x=1"}) {
    const auto response = get(target);
    ASSERT_TRUE(response) << target;
    EXPECT_EQ(response->body(), "<!doctype html>");
    EXPECT_EQ((*response)[http::field::cache_control], "no-cache");
  }
}

TEST_F(StaticFilesTest, TypesAndCachingFollowTheFile) {
  EXPECT_EQ((*get("/core.wasm"))[http::field::content_type], "application/wasm");
  EXPECT_EQ((*get("/assets/app-1234.js"))[http::field::cache_control], "public, max-age=31536000, immutable");
  etag_ = std::string((*get("/core.wasm"))[http::field::etag]);
  EXPECT_EQ(get("/core.wasm")->result(), http::status::not_modified);
}

TEST_F(StaticFilesTest, NothingOutsideTheFolderIsServed) {
  for (const char* target : {"/../etc/passwd", "/assets/../../x", "/nothing", "//index.html", "/index.html/"}) {
    EXPECT_FALSE(get(target)) << target;
  }
}

TEST_F(StaticFilesTest, AFolderWithoutAnAppIsRefused) {
  std::filesystem::remove(folder_ / "index.html");
  EXPECT_FALSE(StaticFiles::load(folder_));
  EXPECT_FALSE(StaticFiles::load(folder_ / "absent"));
}

}  // namespace
}  // namespace vicino::net
