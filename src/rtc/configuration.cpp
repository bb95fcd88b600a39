#include "rtc/configuration.hpp"

#include "core/log.hpp"

namespace pantheon::rtc {
namespace lib = ::rtc;

namespace {

constexpr std::uint16_t kFirstPort = 1024, kLastPort = 65535;  // the library's notion of any port

void add_server(std::vector<lib::IceServer>& servers, const std::string& url, const IceServer& from) {
  try {
    lib::IceServer server(url);
    if (server.type == lib::IceServer::Type::Turn) {
      if (server.relayType != lib::IceServer::RelayType::TurnUdp)
        throw std::invalid_argument("TURN over UDP only");
      server.username = from.username;
      server.password = from.credential;
    }
    servers.push_back(std::move(server));
  } catch (const std::exception& error) {
    core::logger("rtc")->warn("ICE server passed over: {}", error.what());
  }
}

}  // namespace

lib::Configuration to_configuration(const Options& options) {
  lib::Configuration configuration;
  for (const auto& server : options.ice_servers) {
    for (const auto& url : server.urls) add_server(configuration.iceServers, url, server);
  }
  configuration.bindAddress = options.bind_address;
  configuration.portRangeBegin = options.ports.begin != 0 ? options.ports.begin : kFirstPort;
  configuration.portRangeEnd = options.ports.end != 0 ? options.ports.end : kLastPort;
  configuration.maxMessageSize = kAnnouncedMessageSize;
  return configuration;
}

}  // namespace pantheon::rtc
