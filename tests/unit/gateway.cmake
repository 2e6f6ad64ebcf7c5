# The doors and the sign-in, over real sockets.
add_library(gateway_support STATIC
  ${CMAKE_CURRENT_LIST_DIR}/../gateway_support/access_matrix.cc
  ${CMAKE_CURRENT_LIST_DIR}/../gateway_support/http_client.cc
  ${CMAKE_CURRENT_LIST_DIR}/../gateway_support/test_world.cc)
target_link_libraries(gateway_support PUBLIC wissel_gateway GTest::gtest)

wissel_test(gateway_protocol_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_protocol_test.cc
  DEPS wissel_gateway LABELS fast)
wissel_test(gateway_http_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_documents_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_http_limits_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_http_stream_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_http_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_pages_test.cc
  DEPS gateway_support LABELS fast APART)
wissel_test(gateway_grpc_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_grpc_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_access_test.cc
  DEPS gateway_support wissel_stubs LABELS fast)
wissel_test(gateway_peers_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_peers_test.cc
  DEPS gateway_support LABELS fast)
wissel_test(gateway_sign_in_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_sign_in_test.cc
          ${CMAKE_CURRENT_LIST_DIR}/gateway_token_keys_test.cc
  DEPS wissel_sign_in APART)
wissel_test(gateway_tracing_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_tracing_test.cc DEPS wissel_tracing gateway_support LABELS fast)
