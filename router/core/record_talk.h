// What consults, handing over and setting aside change. Part of recording: see record.cc.
#pragma once

#include "router/core/record_config.h"

namespace wissel {

class TalkRecorder : protected ConfigRecorder {
 public:
  using ConfigRecorder::ConfigRecorder;
  using ConfigRecorder::operator();

  void operator()(const ConsultStarted& e);
  void operator()(const ConsultEnded& e);
  void operator()(const ConferenceMarked& e);
  void operator()(const ItemHandedOver& e);
  void operator()(const ItemSetAside& e);
  void operator()(const ItemWoken& e);
  void operator()(const ItemRequeued& e);
};

}  // namespace wissel
