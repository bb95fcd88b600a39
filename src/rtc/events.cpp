#include "rtc/events.hpp"

#include <atomic>

#include "rtc/error.hpp"
#include "rtc/signal_message.hpp"

namespace pantheon::rtc {
namespace lib = ::rtc;

namespace {

void add_signal(const std::weak_ptr<EventInbox>& weak, core::json::object signal) {
  if (const auto inbox = weak.lock()) {
    inbox->add([&](Events& events) { events.signals.push_back(std::move(signal)); });
  }
}

}  // namespace

void report_end(const std::weak_ptr<EventInbox>& weak, std::optional<core::Error> error) {
  if (const auto inbox = weak.lock()) {
    inbox->add([&](Events& events) {
      if (!events.end) events.end = End{std::move(error)};
    });
  }
}

void read_packets_on_executor(lib::Configuration& configuration, const std::weak_ptr<EventInbox>& weak) {
  // A template: only there may the patched library's member be missing.
  const auto set = [&weak](auto& of) {
    if constexpr (requires { of.packetExecutor; }) {
      of.packetExecutor = [weak](std::function<void()> task) {
        if (const auto inbox = weak.lock())
          inbox->add([&](Events& events) { events.packets.push_back(std::move(task)); });
      };
    }
  };
  set(configuration);
}

void listen(lib::DataChannel& channel, const std::weak_ptr<EventInbox>& weak) {
  const auto set = [&weak](bool Events::*flag) {
    return [weak, flag] {
      if (const auto inbox = weak.lock()) inbox->add([flag](Events& events) { events.*flag = true; });
    };
  };
  channel.onOpen(set(&Events::opened));
  channel.onAvailable(set(&Events::received));
  channel.onBufferedAmountLow(set(&Events::drained));
  channel.onClosed([weak] { report_end(weak, std::nullopt); });
}

void listen(lib::PeerConnection& connection, const std::weak_ptr<EventInbox>& weak, const Options& options) {
  connection.onLocalDescription(
      [weak, fields = options.description_fields](const lib::Description& description) {
        const bool is_offer = description.type() == lib::Description::Type::Offer;
        add_signal(weak, description_signal(is_offer, std::string(description), fields));
      });
  connection.onLocalCandidate([weak](const lib::Candidate& candidate) {
    add_signal(weak, candidate_signal(candidate.candidate(), candidate.mid()));
  });
  // The end of ICE is heard before that of the connection, and tells a lost peer from one that said goodbye.
  connection.onIceStateChange([weak](lib::PeerConnection::IceState state) {
    using enum lib::PeerConnection::IceState;
    if (state == Failed) report_end(weak, core::Error(RtcError::connect_failed, "no way through"));
    if (state == Disconnected) report_end(weak, core::Error(RtcError::connection_lost));
  });
  connection.onStateChange([weak](lib::PeerConnection::State state) {
    using enum lib::PeerConnection::State;
    if (state == Failed) report_end(weak, core::Error(RtcError::connect_failed, "handshake"));
    if (state == Disconnected || state == Closed) report_end(weak, std::nullopt);
  });
  if (options.initiator) {
    connection.onDataChannel([](const std::shared_ptr<lib::DataChannel>&) {});  // dropping it closes it
    return;
  }
  connection.onDataChannel([weak, taken = std::make_shared<std::atomic_bool>(false)](
                               const std::shared_ptr<lib::DataChannel>& channel) {
    const auto inbox = weak.lock();
    if (!inbox || taken->exchange(true)) return;  // there is one channel; dropping another closes it
    listen(*channel, weak);
    inbox->add([&](Events& events) { events.channel = channel; });
  });
}

}  // namespace pantheon::rtc
