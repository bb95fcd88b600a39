#include "signaling/cluster_codes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cluster/error.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using cluster::ClusterError;

/// Another node as it must not be: it answers whatever a test says.
class AnsweringNode final : public cluster::Messenger {
 public:
  explicit AnsweringNode(std::string id) : id_(std::move(id)) {}
  const std::string& id() const override { return id_; }
  void on_message(MessageHandler) override {}
  void on_text(TextHandler) override {}
  void on_request(RequestHandler) override {}
  core::Result<void> send(const std::string&, const json::object&) override { return {}; }
  core::Result<void> send_text(const std::string&, cluster::SocketText) override { return {}; }
  boost::asio::awaitable<core::Result<json::object>> request(std::string node,
                                                             json::object message) override {
    asked.emplace_back(std::move(node), std::move(message));
    co_return answer;
  }

  core::Result<json::object> answer = json::object();
  std::vector<std::pair<std::string, json::object>> asked;

 private:
  std::string id_;
};

/// A code that the node `other` holds, by a database that both have.
class ClusterCodesTest : public testing::Test {
 protected:
  ClusterCodesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pantheon-codes-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    store_.emplace(*store::NodeStore::open(folder_ / "nodes.db"));
    codes_.emplace(*store_, node_, [this] { return now_; });
  }
  ~ClusterCodesTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  static OpenCode held_until(core::WallTime end) { return {"account", "d_voucher", "tab", end, false, 0}; }
  /// The code as another node holds it: under its hash, which hold() alone can tell.
  identity::PairingCode code_of_other() {
    const auto code = identity::generate_pairing_link("http://x").code;
    other_.emplace(*store_, other_node_, [this] { return now_; });
    EXPECT_TRUE(other_->hold(code, held_until(now_ + std::chrono::minutes(1))));
    return code;
  }
  std::optional<http::Response> redeem(const identity::PairingCode& code) {
    return loop_.run(codes_->redeem_elsewhere(code, {{"name", "Phone"}}));
  }
  static std::string code_in(const http::Response& response) {
    const auto body = core::parse_json_object(response.body);
    const auto* error = body ? core::get_object(*body, "error") : nullptr;
    return error == nullptr ? response.body : std::string(core::get_string(*error, "code").value_or(""));
  }

  std::filesystem::path folder_;
  http::TestLoop loop_;
  core::WallTime now_{std::chrono::hours(400'000)};
  std::optional<store::NodeStore> store_;
  AnsweringNode node_{"this"};
  AnsweringNode other_node_{"other"};
  std::optional<ClusterCodes> codes_;
  std::optional<ClusterCodes> other_;
};

TEST_F(ClusterCodesTest, TheHolderIsAskedAndItsAnswerGivenAsItIs) {
  const auto code = code_of_other();
  node_.answer = json::object{{"status", 409}, {"body", R"({"error":{"code":"pairing_busy"}})"}};
  const auto response = redeem(code);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 409U);
  EXPECT_EQ(code_in(*response), "pairing_busy");
  ASSERT_EQ(node_.asked.size(), 1U);
  EXPECT_EQ(node_.asked[0].first, "other");
  EXPECT_EQ(node_.asked[0].second, (json::object{{"redeem", json::object{{"name", "Phone"}}}}));
}

TEST_F(ClusterCodesTest, NobodyIsAskedForACodeOfThisNodeOrOfNone) {
  const auto mine = identity::generate_pairing_link("http://x").code;
  ASSERT_TRUE(codes_->hold(mine, held_until(now_ + std::chrono::minutes(1))));
  EXPECT_FALSE(redeem(mine));
  EXPECT_FALSE(redeem(identity::generate_pairing_link("http://x").code));
  const auto late = code_of_other();
  now_ += std::chrono::minutes(2);
  EXPECT_FALSE(redeem(late)) << "it has expired";
  EXPECT_TRUE(node_.asked.empty());
}

TEST_F(ClusterCodesTest, AnAnswerThatIsNoneIsACodedError) {
  const auto code = code_of_other();
  for (const auto& answer :
       {json::object{}, json::object{{"status", 200}}, json::object{{"status", 200}, {"body", 3}},
        json::object{{"status", 99}, {"body", ""}}, json::object{{"status", 600}, {"body", ""}},
        json::object{{"status", "200"}, {"body", ""}}, json::object{{"status", -1}, {"body", ""}}}) {
    node_.answer = answer;
    const auto response = redeem(code);
    ASSERT_TRUE(response) << core::serialize_json(answer);
    EXPECT_EQ(code_in(*response), "bad_cluster_message") << core::serialize_json(answer);
  }
}

TEST_F(ClusterCodesTest, AHolderThatDoesNotAnswerIsSaidInTheWordsOfPairing) {
  const auto code = code_of_other();
  node_.answer = core::failure(ClusterError::timeout);
  EXPECT_EQ(code_in(redeem(code).value()), "pairing_voucher_gone");
  node_.answer = core::failure(ClusterError::unavailable);
  EXPECT_EQ(code_in(redeem(code).value()), "cluster_unavailable");
}

TEST_F(ClusterCodesTest, ACodeIsBurntOnceAndByItsHolderAlone) {
  const auto code = code_of_other();
  EXPECT_FALSE(codes_->burn(code));
  EXPECT_TRUE(other_->burn(code));
  EXPECT_FALSE(other_->burn(code));
}

TEST_F(ClusterCodesTest, ClosingTakesTheCodesOfTheAccountOrDeviceAlone) {
  const auto code = code_of_other();
  codes_->close(code, "another account");
  codes_->close_device("account", "another device");
  codes_->close_device("another account", "d_voucher");
  EXPECT_FALSE(codes_->burn(code));
  EXPECT_TRUE(redeem(code));
  codes_->close_device("account", "d_voucher");
  EXPECT_FALSE(redeem(code));
  const auto second = code_of_other();
  codes_->close(second, "account");
  EXPECT_FALSE(redeem(second));
}

TEST_F(ClusterCodesTest, TheCodeItselfIsNotInTheDatabase) {
  const auto code = code_of_other();
  const std::string raw(code.begin(), code.end());
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(content.find(raw), std::string::npos) << file.path();
    EXPECT_EQ(content.find(identity::to_text(code)), std::string::npos) << file.path();
    EXPECT_EQ(content.find(core::to_hex(code)), std::string::npos) << file.path();
  }
}

}  // namespace
}  // namespace pantheon::signaling
