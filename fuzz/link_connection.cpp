// links: pantheon_link
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "link/connection.hpp"
#include "link/frame.hpp"
#include "link/testing/support.hpp"

namespace {

namespace core = pantheon::core;
using namespace pantheon::link;
using pantheon::link::testing::kStart;
using pantheon::link::testing::stand_in_config;

void require(bool condition) {
  if (!condition) std::abort();
}

// The fuzzer's bytes, read as a script.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(byte() | (byte() << 8U)); }
  core::ByteView bytes(std::size_t most) {
    const auto view = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(view.size());
    return view;
  }

 private:
  core::ByteView rest_;
};

// One or two connections, what a script makes of them, and what must hold whatever it does.
class Play {
 public:
  explicit Play(Script& script) : script_(script), mode_(script.byte()), now_(kStart) {
    const auto limits = Limits{static_cast<std::uint32_t>(script.byte() % 8),
                               core::Bytes{(mode_ & 4U) != 0 ? 1024U : 65536U}};
    for (const auto role : {Role::offerer, Role::answerer}) {
      auto config = stand_in_config(role);
      config.limits = limits;
      sides_.emplace_back(std::move(config), now_);
    }
    if ((mode_ & 1U) == 0) exchange(8);  // beyond AUTH: both sides ready
  }

  void run() {
    for (int step = 0; step < 2000 && !script_.done(); ++step) act();
  }

 private:
  Connection& side() { return sides_[script_.byte() & 1U]; }
  StreamId stream() { return StreamId{script_.byte() % 16U}; }

  void act() {
    now_ += std::chrono::milliseconds(script_.byte() % 64);
    switch (script_.byte() % 14) {
      case 0:
        return receive(side(), script_.bytes(script_.number() % 4096));
      case 1:
        return exchange(1);
      case 2:
        return void(side().open({"POST", "/v1/models", {{"a", "b"}}, {}, ""}));
      case 3:
        return void(side().respond(stream(), {script_.byte() % 2 == 0 ? 200U : 102U, {}, {}}));
      case 4:
        return void(side().write(stream(), core::ByteVector(script_.number())));
      case 5:
        return side().end(stream());
      case 6:
        return side().reset(stream(), error_from_wire(script_.byte()), "reason");
      case 7:
        return side().consumed(stream(), core::Bytes{script_.number()});
      case 8:
        return void(side().push(script_.byte() % 2 == 0 ? "hosting" : "catalogue", {{"hosting", true}}));
      case 9:
        return side().go_away(error_from_wire(script_.byte() % 4), "reason");
      case 10:
        return compose(side(), core::Bytes{script_.number()});
      case 11:
        now_ += std::chrono::seconds(script_.byte() % 16);
        return;
      case 12:
        return side().tick(now_);
      default:
        return receive(side(), known_frame());
    }
  }

  // A frame of a type we know with a payload of the script: gets past the decoder more often than plain
  // bytes.
  core::ByteView known_frame() {
    constexpr std::uint8_t kTypes[] = {0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
                                       0x08, 0x09, 0x0A, 0x4B, 0x4C, 0x4D, 0x20};
    const auto type = static_cast<FrameType>(kTypes[script_.byte() % std::size(kTypes)]);
    const auto id = stream();
    frame_.clear();
    append_frame(frame_, type, id, script_.bytes(script_.byte()));
    return frame_;
  }

  void receive(Connection& connection, core::ByteView message) {
    connection.receive(message, now_);
    drain(connection);
  }

  void compose(Connection& connection, core::Bytes buffered) {
    core::ByteVector message;
    const bool made = connection.compose(message, buffered, now_);
    require(made == !message.empty());
    drain(connection);
  }

  // Moves messages between the two sides, as a channel does.
  void exchange(int rounds) {
    core::ByteVector message;
    for (int i = 0; i < rounds * 2; ++i) {
      auto& from = sides_[static_cast<std::size_t>(i % 2)];
      auto& to = sides_[static_cast<std::size_t>((i + 1) % 2)];
      for (int count = 0; count < 64 && from.compose(message, core::Bytes{0}, now_); ++count) {
        require(!message.empty() && message.size() <= 65536);
        receive(to, message);
      }
      drain(from);
    }
  }

  void drain(Connection& connection) {
    const auto index = static_cast<std::size_t>(&connection - sides_.data());
    while (const auto event = connection.next_event()) {
      require(!closed_[index]);  // nothing comes after Closed
      if (std::holds_alternative<Closed>(*event)) closed_[index] = true;
      if (const auto* data = std::get_if<Data>(&*event)) require(!data->bytes.empty());
    }
    require(connection.closed() == closed_[index]);
    if (connection.closed())
      require(connection.open_streams() == 0 && !connection.next_deadline() && !connection.ready());
  }

  Script& script_;
  std::uint8_t mode_;
  core::SteadyTime now_;
  std::vector<Connection> sides_;
  bool closed_[2] = {false, false};
  core::ByteVector frame_;
};

}  // namespace

// Messages of a hostile peer and calls of the user in any order, for both roles, before and after the
// handshake.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script(data, size);
  Play(script).run();
  return 0;
}
