<?php
require __DIR__ . '/../wp-load.php';

nocache_headers();
header('Content-Type: application/json; charset=UTF-8');
header('X-Robots-Tag: noindex');
echo json_encode(['user' => current_user(), 'made' => bin2hex(random_bytes(8))]);
