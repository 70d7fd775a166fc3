export const encryptionKey = 'VN6Yc9vqNa9-2v7WTlOigo-oXzmBwm8q8R0iIZcJ3NM=';
export const jwtSecret = 'a-secret-for-tests-only-of-48-characters-and-more';
