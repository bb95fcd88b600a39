#pragma once

#include <gtest/gtest.h>

#include "core/task_group.hpp"
#include "engine/address.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"
#include "host/host.hpp"
#include "host/testing/recorded_exchange.hpp"

namespace pantheon::host::testing {

using engine::testing::run;
using engine::testing::run_until;
using engine::testing::StandInEngine;
using Connection = std::shared_ptr<StandInEngine::Connection>;

/// A host with two stand-in engines, an Ollama and a llama-server.
class HostFixture : public ::testing::Test {
 protected:
  explicit HostFixture(HostOptions host_options = {}) {
    ollama.be_ollama();
    llama.be_llama_server();
    engine::CatalogueOptions options;
    options.candidates = {engine::engine_address(ollama.url()).value(),
                          engine::engine_address(llama.url()).value()};
    options.recent_time = std::chrono::milliseconds(0);
    catalogue = std::make_unique<engine::Catalogue>(io.get_executor(), client, options);
    host_options.identity = {"host-device", "desk", "linux"};
    host = std::make_unique<Host>(io.get_executor(), client, *catalogue, host_options);
    host->on_event([this](const HostEvent& event) { events.push_back(event); });
  }

  std::shared_ptr<RecordedExchange> ask(std::string method, std::string path, std::string body = {}) {
    return ask(std::make_shared<RecordedExchange>(std::move(method), std::move(path), std::move(body)));
  }
  std::shared_ptr<RecordedExchange> ask(std::shared_ptr<RecordedExchange> exchange) {
    run(io, host->exchange_handler()(exchange));
    return exchange;
  }
  template <class Event>
  const Event* last_event() const {
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
      if (const auto* event = std::get_if<Event>(&*it)) return event;
    }
    return nullptr;
  }

  asio::io_context io;
  StandInEngine ollama{io};
  StandInEngine llama{io};
  engine::EngineClient client{io.get_executor()};
  std::unique_ptr<engine::Catalogue> catalogue;
  std::unique_ptr<Host> host;
  std::vector<HostEvent> events;
};

}  // namespace pantheon::host::testing
