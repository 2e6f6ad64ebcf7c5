wissel_test(chat_parts_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/chat_conversation_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/chat_uploads_test.cc
            DEPS wissel_chat LABELS fast APART)
wissel_store_test(chat_service_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/chat_async_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/chat_contacts_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/chat_files_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/chat_mail_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/chat_service_test.cc
            DEPS wissel_chat wissel_tracking wissel_agents_service LABELS fast APART)
wissel_test(metrics_board_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/metrics_board_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/metrics_board_world_test.cc
            DEPS wissel_metrics_service LABELS fast)
wissel_test(metrics_service_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/metrics_live_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/metrics_prometheus_test.cc
            DEPS wissel_metrics_service wissel_agents_service LABELS fast)
