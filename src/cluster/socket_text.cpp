#include "cluster/socket_text.hpp"

#include "cluster/error.hpp"
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/utf8.hpp"

namespace pantheon::cluster {
namespace {

constexpr std::string_view kAccount = "account";
constexpr std::string_view kSocketId = "socketId";
constexpr std::string_view kFromDevice = "fromUserId";
constexpr std::string_view kFromSocket = "fromSocketId";
constexpr std::size_t kNames = 64;

}  // namespace

std::string serialize_socket_text(const SocketText& text) {
  std::string out;
  out.reserve(kNames + text.account.size() + text.socket_id.size() + text.from_device.size() +
              text.from_socket.size() + text.text.size());
  out.push_back('{');
  core::append_json_member(out, kAccount, text.account);
  core::append_json_member(out, kSocketId, text.socket_id);
  core::append_json_member(out, kFromDevice, text.from_device);
  core::append_json_member(out, kFromSocket, text.from_socket);
  return out.append("}\n").append(text.text);
}

bool is_socket_text(core::ByteView message) {
  return core::as_text(message).find('\n') != std::string_view::npos;
}

core::Result<SocketText> parse_socket_text(core::ByteView message) {
  const auto all = core::as_text(message);
  const auto end = all.find('\n');
  if (end == std::string_view::npos) return core::failure(ClusterError::bad_message, "no text");
  const auto header = core::parse_json_object(all.substr(0, end));
  if (!header) return core::failure(ClusterError::bad_message, "its head is no JSON object");
  const auto account = core::get_string(*header, kAccount);
  const auto socket_id = core::get_string(*header, kSocketId);
  const auto from_device = core::get_string(*header, kFromDevice);
  const auto from_socket = core::get_string(*header, kFromSocket);
  if (!account || !socket_id || !from_device || !from_socket)
    return core::failure(ClusterError::bad_message, "it does not say from whom and for whom it is");
  const auto text = all.substr(end + 1);
  if (text.empty() || !core::is_utf8(text)) return core::failure(ClusterError::bad_message, "no UTF-8 text");
  return SocketText{std::string(*account), std::string(*socket_id), std::string(*from_device),
                    std::string(*from_socket), std::string(text)};
}

}  // namespace pantheon::cluster
